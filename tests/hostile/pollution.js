// expect: ok guest_exception
// alive: yes
// Every prototype that the runtime's own code might trip over.
const bad = () => { throw new Error('polluted') };
for (const C of [Object, Array, String, Number, Boolean, Promise, Map, Set, Error, RegExp, JSON, Function, Symbol]) {
  for (const target of [C, C.prototype]) {
    if (!target) continue;
    for (const key of Reflect.ownKeys(target)) {
      if (key === 'prototype' || (C === Object && target === C)) continue;
      try { target[key] = bad } catch {}
    }
  }
}
