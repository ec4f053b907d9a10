// expect: ok guest_exception
// timeout: 2000
Promise.prototype.then = function (a, b) { a && a(this); return { then(f) { f(1) } } };
await asyncCall('echo', { a: 1 });
