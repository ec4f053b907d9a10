// expect: ok guest_exception memory_limit timeout
// timeout: 1500
for (const n of [2 ** 24, 2 ** 28, 2 ** 31, 2 ** 32 - 1, 2 ** 53]) {
  for (const f of [(k) => new Array(k).fill(0), (k) => new Uint8Array(k), (k) => new ArrayBuffer(k), (k) => new BigInt64Array(k), (k) => [].concat(new Array(k)),
                   (k) => Array.from({ length: k })]) {
    try { f(n) } catch {}
  }
}
