// expect: guest_exception
const all = new Proxy({}, { get: (_, name) => () => { throw new Error('trap ' + String(name)) } });
throw new Proxy(new Error('inner'), all);
