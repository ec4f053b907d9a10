// expect: guest_exception
// alive: yes
throw null;
