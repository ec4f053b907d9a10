// expect: ok
// alive: yes
// output: {"a":[1,"18446744073709551616"]} true 0 null HostError: FileNotFoundError
// Broken prototypes and globals: what the modules do does not depend on them.
const print_ = console.log, stringify = JSON.stringify, toText = BigInt.prototype.toString, apply = Reflect.apply;
const bad = () => { throw new TypeError('polluted') };
const keys = ['key', 'path', 'status', 'url', 'headers', 'body', 'name', 'is_dir', 'size', 'mod_time', 'is_link', 'code',
  'toJSON', 'then', 'length', 'params', 'json', 'timeout', 'redirect', 'recursive', 'get', 'set'];
for (const proto of [Object.prototype, Array.prototype, String.prototype, Number.prototype, Uint8Array.prototype, Error.prototype]) {
  for (const key of keys) {
    try { Object.defineProperty(proto, key, {get: () => undefined, set: bad, configurable: true}) } catch {}
  }
}
const targets = [];
for (const C of [Array, String, Number, Map, WeakMap, Set, RegExp, JSON, Function, Symbol, Proxy, Reflect, Math]) {
  for (const target of [C, C.prototype]) {
    if (!target) continue;
    for (const key of Reflect.ownKeys(target)) {
      if (key !== 'prototype' && key !== 'length') targets[targets.length] = [target, key];
    }
  }
}
for (let i = 0, all = targets.length; i < all; i++) {
  try { targets[i][0][targets[i][1]] = bad } catch {}
}
globalThis.BigInt = globalThis.JSON = globalThis.Proxy = globalThis.encodeURIComponent = globalThis.Response = bad;
let text, missing;
kv.set('k', {a: [1, 18446744073709551616n]});
const got = kv.get('k');
try { fs.readText('/data/missing') } catch (error) { missing = (error instanceof HostError ? 'HostError: ' : '') + error.name }
const count = fs.listdir('/data').length;
const none = kv.get('none');
try { http.get('http://refused.example/', {params: {a: 1}, headers: {b: 'c'}}) } catch {}
text = '{"a":[' + got.a[0] + ',"' + apply(toText, got.a[1], []) + '"]}';
print_(text + ' ' + kv.delete('k') + ' ' + count + ' ' + none + ' ' + missing);
