// expect: guest_exception
// alive: yes
await new Promise(() => {});
