// expect: ok
// alive: yes
// output: old 3000
// memory: 256
// Values beyond every limit. Each is refused, and what was there stays.
const big = 'x'.repeat(20 << 20);
let deep = 1;
for (let i = 0; i < 100000; i++) deep = [deep];
kv.set('kept', 'old');
for (const f of [
  () => kv.set('kept', big), () => kv.set(big, 1), () => kv.get(big), () => kv.delete(big), () => kv.set('kept', deep),
  () => kv.set('kept', new Array(4294967295)), () => kv.set('kept', Array(100000).fill(0)), () => kv.set('kept', '\0'.repeat(60 << 10)),
  () => kv.set('kept', new Proxy([], {get: (t, k) => (k === 'length' ? 2 ** 53 - 1 : k === 'then' ? undefined : 'x'.repeat(100000))})),
  () => fs.writeText('/data/x', big), () => fs.writeBytes('/data/x', new Uint8Array(20 << 20).fill(255)), () => fs.readText(big),
  () => fs.writeText('/data/x', '\0'.repeat(11 << 20)), () => fs.readText('/' + 'a/'.repeat(100000)), () => fs.writeJson('/data/x', deep),
  () => http.get('http://localhost/' + big), () => http.post('http://localhost/', {body: big}),
  () => http.get('http://localhost/', {headers: {a: big}}), () => http.get('http://localhost/', {headers: Array(100000).fill(['a', 'b'])}),
  () => http.get('http://localhost/', {params: {a: Array(500000).fill('b')}}), () => http.request(big, 'http://localhost/'),
  () => http.secret(big),
]) {
  try { f() } catch { continue }
  console.log('accepted', f.toString());
}
const results = await Promise.allSettled(Array.from({length: 3000}, (_, i) => kv.asyncSet(`k${i}`, i)));
console.log(kv.get('kept'), results.length);
