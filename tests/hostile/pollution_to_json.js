// expect: ok guest_exception
Object.prototype.toJSON = function () { return { __proto__: null, exit: 3 } };
call('echo', { a: 1 });
({ a: 1 });
