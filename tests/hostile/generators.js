// expect: ok guest_exception
function* g() { yield* g() }
try { [...g()] } catch {}
const it = (function* () { it.next() })();
it.next();
