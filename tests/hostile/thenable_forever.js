// expect: timeout memory_limit
// timeout: 300
const t = { then(f) { f(t) } };
await t;
