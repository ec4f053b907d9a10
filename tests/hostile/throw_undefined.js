// expect: guest_exception
// alive: yes
throw undefined;
