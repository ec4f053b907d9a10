// expect: guest_exception
asyncCall(new Proxy(function () {}, {}), new Proxy({}, {}));
await asyncCall('echo', { get a() { throw new Error('getter') } });
