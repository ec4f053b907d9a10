// expect: ok guest_exception
// next: guest_exception
for (const key of ['value', 'error', 'type', 'message', 'traceback', 'code', 'name', 'then', 'toJSON', '0', '1', 'get', 'set', 'length'])
  Object.defineProperty(Object.prototype, key, { configurable: true, get() { throw new Error('get ' + key) }, set() { throw new Error('set ' + key) } });
call('echo', { a: [1, { b: 2 }] });
await asyncCall('echo', { a: 1 });
