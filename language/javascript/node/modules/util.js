// util, on what console uses. The ports on npm bring a format of their own, which would differ from the console's.
'use strict';
const { shared } = goru;

const custom = Symbol.for('nodejs.util.promisify.custom');
function promisify(original) {
  if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function');
  if (original[custom]) return original[custom];
  return function (...args) {
    return new Promise((resolve, reject) => original.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value))));
  };
}
promisify.custom = custom;

function inspect(value, options) {
  const depth = typeof options === 'object' && options !== null ? options.depth : undefined;
  return depth === undefined ? shared.inspect(value) : shared.inspect(value, depth === null ? Infinity : depth);
}
inspect.custom = Symbol.for('nodejs.util.inspect.custom');
inspect.defaultOptions = {};

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const is = (name) => (value) => tag(value) === name;
const types = {
  isDate: is('Date'), isRegExp: is('RegExp'), isMap: is('Map'), isSet: is('Set'), isWeakMap: is('WeakMap'), isWeakSet: is('WeakSet'),
  isPromise: is('Promise'), isArrayBuffer: is('ArrayBuffer'), isAsyncFunction: is('AsyncFunction'), isGeneratorFunction: is('GeneratorFunction'),
  isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView), isUint8Array: (value) => value instanceof Uint8Array,
  isNativeError: (value) => value instanceof Error, isProxy: () => false,
};

module.exports = {
  promisify,
  inspect,
  types,
  TextEncoder,
  TextDecoder,
  format: (...args) => shared.format(args),
  formatWithOptions: (options, ...args) => shared.format(args),
  callbackify: (original) =>
    function (...args) {
      const callback = args.pop();
      original.apply(this, args).then((value) => setImmediate(() => callback(null, value)), (error) => setImmediate(() => callback(error)));
    },
  inherits(constructor, parent) {
    Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
    Object.setPrototypeOf(constructor.prototype, parent.prototype);
  },
  deprecate: (original) => original,
  debuglog: () => Object.assign(() => {}, { enabled: false }),
  isArray: Array.isArray,
  isDeepStrictEqual: (a, b) => require('assert').sameDeep(a, b, true),
  stripVTControlCharacters: (text) => String(text).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
};
