// expect: guest_exception
new Function('return this')().x = 1;
(0, eval)('var y = 2');
Function.prototype.constructor('throw new TypeError("made at run time")')();
