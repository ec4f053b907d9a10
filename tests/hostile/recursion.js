// expect: ok
// alive: yes
// output: 12
let count = 0;
const attempt = (f) => { try { f() } catch (e) { if (e instanceof RangeError || e instanceof InternalError || e instanceof SyntaxError) count++; else throw e } };
attempt(function f() { f() });
attempt(() => { const o = { get x() { return this.x } }; o.x });
attempt(() => { const o = { toString() { return `${this}` } }; `${o}` });
attempt(() => { class A { constructor() { new A() } } new A() });
attempt(() => { const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.x });
attempt(() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a) });
attempt(() => JSON.parse('['.repeat(1e5)));
attempt(() => eval('('.repeat(1e5)));
attempt(() => { const f = () => [1].map(f); f() });
attempt(() => { const f = () => [2, 1].sort(f); f() });
attempt(() => { const f = () => 'a'.replace(/a/, f); f() });
attempt(() => new RegExp('('.repeat(1e5) + ')'.repeat(1e5)));
console.log(count);
