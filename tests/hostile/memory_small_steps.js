// expect: ok guest_exception memory_limit
let l = [];
try { for (;;) l.push({ a: [1, 2] }) } catch { l = null }
for (let i = 0; i < 1000; i++) [{}];
