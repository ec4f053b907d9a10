// expect: timeout
// alive: no
// timeout: 300
function f() { Promise.resolve().then(f) } f();
