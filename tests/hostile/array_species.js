// expect: ok guest_exception
class A extends Array { static get [Symbol.species]() { return function (n) { return new Proxy([], {}) } } }
const a = A.from([1, 2, 3]);
a.map((x) => { a.length = 0; return x }); a.splice(0, 2); a.concat(a); a.slice(0, 1e9);
const t = new Uint8Array(8); t.constructor = { [Symbol.species]: function () { return new Float64Array(1) } };
t.slice();
