// expect: ok guest_exception memory_limit
let a = []; for (let i = 0; i < 8e5; i++) a = [a];
let p = null; for (let i = 0; i < 1e5; i++) p = { p };
console.log(p); a = p = null;
[].flat.call([[[[]]]], Infinity);
