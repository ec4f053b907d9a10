// expect: ok
// alive: yes
// output: 1
// Reserved names with arguments that the prelude would never send, alone and at once.
const odd = [null, true, -1, 2 ** 63, 1e308, '', 'x', '\0', '\ud800', 'x'.repeat(5000), [], [[]], {}, new Uint8Array(), new Uint8Array(99),
  new ArrayBuffer(9), {base64: 'QQ=='}, [[1, 2]], [['a']], [['a', 'b', 'c']], [['a\r\nb', 'c\nd']]];
const names = ['goru:', 'goru:.', 'goru:kv', 'goru:kv.', 'goru:.get', 'goru:nope.get', 'goru:kv.get.more', 'goru:KV.get', 'goru:kv.get\0',
  'goru:__proto__.x', 'goru:' + 'x'.repeat(100000), 'goru:fs.read\n', 'goru:http.request ', 'goru:goru:kv.get'];
const methods = {'http.request': ['method', 'url', 'headers', 'body', 'timeout', 'redirect'], 'http.secret': ['name'],
  'fs.read': ['path'], 'fs.write': ['path', 'data'], 'fs.append': ['path', 'data'], 'fs.list': ['path', 'links'],
  'fs.exists': ['path'], 'fs.stat': ['path'], 'fs.mkdir': ['path', 'parents', 'exist_ok'], 'fs.remove': ['path'],
  'fs.rename': ['from', 'to'], 'kv.get': ['key'], 'kv.set': ['key', 'value'], 'kv.delete': ['key'], 'kv.keys': []};
const good = {method: 'GET', url: 'http://refused.example/', path: '/data/none', from: '/data/a', to: '/data/b', key: 'k', value: '1',
  data: 'text', name: 'SECRET'};
const calls = names.map((name) => [name, {}]);
for (const [method, members] of Object.entries(methods)) {
  const base = Object.fromEntries(members.filter((m) => m in good).map((m) => [m, good[m]]));
  calls.push([`goru:${method}`, {}], [`goru:${method}`, {a: 1, ...base, b: [[[]]]}]);
  for (const member of members) for (const value of odd) calls.push([`goru:${method}`, {...base, [member]: value}]);
}
for (const [name, args] of calls) try { call(name, args) } catch {}
await Promise.allSettled(calls.map(([name, args]) => asyncCall(name, args)));
console.log(1);
