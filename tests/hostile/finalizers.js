// expect: ok timeout
// timeout: 500
const r = new FinalizationRegistry(() => { for (;;) ; });
let refs = [];
for (let i = 0; i < 10000; i++) { const o = {}; r.register(o, i); refs.push(new WeakRef(o)) }
refs = null;
