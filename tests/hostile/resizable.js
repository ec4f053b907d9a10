// expect: ok guest_exception
const b = new ArrayBuffer(8, { maxByteLength: 1 << 20 });
const t = new Uint8Array(b);
t.fill({ valueOf() { b.resize(0); return 1 } });
t.set({ length: 4, get 0() { b.resize(1 << 20); return 1 }, get 1() { b.resize(1); return 2 } });
b.transfer && b.transfer(); t.sort(); new DataView(new ArrayBuffer(1)).getFloat64(0);
