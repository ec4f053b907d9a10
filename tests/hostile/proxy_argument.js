// expect: guest_exception
call('echo', new Proxy({}, { ownKeys() { for (let i = 0; i < 100; i++) call('echo', {}); throw new Error('keys') } }));
