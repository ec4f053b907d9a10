// expect: ok guest_exception memory_limit
// memory: 72
let a = []; for (let i = 0; i < 1e6; i++) a = [a];
let p = null; for (let i = 0; i < 1e5; i++) p = { p };
console.log(p); a = p = null;
[].flat.call([[[[]]]], Infinity);
