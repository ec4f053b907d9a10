// expect: guest_exception
// alive: yes
throw function f() {};
