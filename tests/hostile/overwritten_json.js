// expect: ok guest_exception
// alive: yes
JSON = null; Promise = null; Array = null; Object = null; Error = null; console = null; globalThis.call = null;
Promise.prototype.then = null;
