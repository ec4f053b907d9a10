// expect: guest_exception
Error.prepareStackTrace = () => { throw new Error('again') };
Error.stackTraceLimit = Infinity;
null.x;
