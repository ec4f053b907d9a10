// expect: guest_exception
const e = new Error('x');
for (const key of ['message', 'name', 'stack', 'cause', 'constructor', 'toString'])
  Object.defineProperty(e, key, { get() { throw e } });
throw e;
