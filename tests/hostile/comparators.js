// expect: ok guest_exception
const a = Array.from({ length: 1000 }, (_, i) => i);
for (const f of [() => NaN, () => { a.length = 0; return 1 }, () => { throw 1 }, () => ({}), () => Math.random() - 0.5, (x) => { a.push(x); return -1 }])
  try { a.sort(f) } catch {}
