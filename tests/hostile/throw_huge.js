// expect: guest_exception
// alive: yes
throw "x".repeat(5e6);
