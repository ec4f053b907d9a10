// expect: guest_exception
// alive: yes
throw (() => { const o = {}; o.o = o; o.e = new Error("x", { cause: o }); return o })();
