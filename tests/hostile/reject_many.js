// expect: guest_exception memory_limit
for (let i = 0; i < 20000; i++) Promise.reject(i);
