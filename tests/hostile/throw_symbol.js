// expect: guest_exception
// alive: yes
throw Symbol("x");
