// expect: ok
// alive: yes
// output: 1
// Options and values that run code, change what is being read, and come back into the modules.
const attempt = (f) => { try { return f() } catch { return undefined } };
const options = () => new Proxy({body: 'x', headers: {a: 'b'}}, {
  get(target, key) { attempt(() => kv.set('inner', 1)); attempt(() => http.get('http://refused.example/')); return target[key] },
  ownKeys(target) { attempt(() => fs.writeText('/data/inner', 'x')); return Reflect.ownKeys(target) },
});
attempt(() => http.post('http://refused.example/', options()));
attempt(() => fs.mkdir('/data/x', options()));
attempt(() => kv.set('k', options()));
const growing = [1];
Object.defineProperty(growing, 0, {get() { if (growing.length < 5000) growing.push(growing.length); kv.set('g', [growing.length]); return 0 }});
attempt(() => kv.set('k', growing));
const shrinking = {get a() { delete this.b; delete this.c; return 1 }, b: 2, c: 3};
attempt(() => kv.set('k', shrinking));
const nested = {get a() { let r = 1; attempt(() => { r = kv.get('never') }); return attempt(() => kv.set('k', {get b() { throw this }})) ?? r }};
attempt(() => kv.set('k', nested));
const again = {get a() { kv.set('k', again) }};
attempt(() => kv.set('k', again));
const {proxy, revoke} = Proxy.revocable([], {});
revoke();
attempt(() => kv.set('k', proxy));
attempt(() => kv.set('k', new Proxy(new Proxy([1], {}), {})));
let chain = [];
for (let i = 0; i < 20000; i++) chain = new Proxy(chain, {});
attempt(() => kv.set('k', chain));
attempt(() => http.get('http://refused.example/', {headers: chain}));
const buffer = new ArrayBuffer(16, {maxByteLength: 64});
const view = new Uint8Array(buffer, 8);
buffer.resize(4);
attempt(() => fs.writeBytes('/data/x', view));
attempt(() => fs.writeBytes('/data/x', buffer.transfer()));
attempt(() => fs.writeBytes('/data/x', buffer));
attempt(() => http.post('http://refused.example/', {body: view}));
const method = {toString: () => { throw 1 }, valueOf: () => { throw 2 }};
for (const f of [http.get, http.request, http.secret, fs.readText, fs.walk, kv.get, kv.set]) {
  for (const value of [method, Symbol('s'), 1n, null, chain, proxy, f, new String('/data/x')]) attempt(() => f(value, value, value));
  attempt(() => new f('/data/x'));
  attempt(() => f.call(null, '/data/x', {}));
}
Error.prepareStackTrace = () => kv.get('k') ?? fs.listdir('/data');
attempt(() => fs.readText('/data/none'));
Error.stackTraceLimit = Infinity;
await Promise.allSettled([fs.asyncReadText('/data/none'), kv.asyncSet('k', again), kv.asyncGet(method), http.asyncGet(chain, proxy)]);
console.log(1);
