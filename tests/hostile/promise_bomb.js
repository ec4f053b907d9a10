// expect: timeout memory_limit
// timeout: 3000
async function f() { return Promise.all([f(), Promise.resolve().then(f)]) }
let l = []; (function g() { l.push(Promise.resolve().then(g), Promise.resolve().then(g)) })();
