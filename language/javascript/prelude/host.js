// The part of the host interface that is JavaScript; call, asyncCall and time_now are C functions of the shim.
const { promiseResolve, promiseThen, defineProperty, Promise, Error } = shared.primordials;

// What a host function's error is when its type names no standard class; `name` is the type the host sent.
class HostError extends Error {}
defineProperty(HostError.prototype, 'name', { __proto__: null, value: 'HostError', writable: true, configurable: true });
shared.hostErrorProto = HostError.prototype;
shared.global('HostError', HostError);

// A value's type in words, for messages.
shared.typeName = (value) => {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  return native.kind(value) === shared.kinds.ARRAY ? 'an array' : 'an object';
};

// Promise.all over its arguments or over one array of them.
shared.global('runAsync', function runAsync(...promises) {
  const list = promises.length === 1 && native.kind(promises[0]) === shared.kinds.ARRAY ? promises[0] : promises;
  return new Promise((resolve, reject) => {
    const results = [];
    let missing = list.length;
    if (missing === 0) resolve(results);
    for (let i = 0; i < list.length; i++) {
      results[i] = undefined;
      promiseThen(promiseResolve(list[i]), (value) => {
        results[i] = value;
        if (--missing === 0) resolve(results);
      }, reject);
    }
  });
});
