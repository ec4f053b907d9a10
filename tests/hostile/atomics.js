// expect: ok guest_exception
const s = typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(16) : new SharedArrayBuffer(16);
Atomics.wait(new Int32Array(s), 0, 0, 1000);
