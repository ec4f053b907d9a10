// expect: guest_exception
call({ [Symbol.toPrimitive]() { call('echo', {}); throw new Error('primitive') } }, {});
