// expect: ok guest_exception memory_limit
let s = 'x'; let l = [];
for (let i = 0; i < 40; i++) { try { s += s; l.push(s + i) } catch {} }
'x'.repeat(2 ** 29).padStart(2 ** 30 - 1);
