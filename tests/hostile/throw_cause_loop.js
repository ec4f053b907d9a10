// expect: guest_exception
// alive: yes
throw (() => { const e = new Error("x"); e.cause = e; const a = new AggregateError([e, e], "a"); a.errors.push(a); return a })();
