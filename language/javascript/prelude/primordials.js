// The built-ins the prelude uses, taken before guest code can replace them. `uncurry(f)` is f with `this` as its first
// argument; a bound Function.prototype.call does not look anything up when it is called.
const { apply, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, defineProperty } = Reflect;
const call = Function.prototype.call;
const bind = Function.prototype.bind;
const uncurry = (f) => apply(bind, call, [f]);
const getter = (object, key) => uncurry(getOwnPropertyDescriptor(object, key).get);
const typedArray = getPrototypeOf(Uint8Array.prototype);

shared.primordials = {
  __proto__: null,
  apply, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, defineProperty, uncurry, getter, typedArray,
  is: Object.is,
  isArray: Array.isArray,
  create: Object.create,
  setPrototypeOf: Reflect.setPrototypeOf,
  String, Number, Boolean, BigInt, Symbol, Map, Set, Date, RegExp, Error, TypeError, RangeError, Promise, Proxy,
  Uint8Array, ArrayBuffer, DataView, DOMException, Object, parseInt, parseFloat,
  stringify: JSON.stringify, parse: JSON.parse, encodeURIComponent,
  floor: Math.floor, round: Math.round, min: Math.min, max: Math.max, sqrt: Math.sqrt,
  push: uncurry(Array.prototype.push),
  pop: uncurry(Array.prototype.pop),
  join: uncurry(Array.prototype.join),
  slice: uncurry(Array.prototype.slice),
  sort: uncurry(Array.prototype.sort),
  charCodeAt: uncurry(String.prototype.charCodeAt),
  codePointAt: uncurry(String.prototype.codePointAt),
  indexOf: uncurry(String.prototype.indexOf),
  substring: uncurry(String.prototype.slice),
  repeat: uncurry(String.prototype.repeat),
  padStart: uncurry(String.prototype.padStart),
  padEnd: uncurry(String.prototype.padEnd),
  trim: uncurry(String.prototype.trim),
  toLowerCase: uncurry(String.prototype.toLowerCase),
  toUpperCase: uncurry(String.prototype.toUpperCase),
  exec: uncurry(RegExp.prototype.exec),
  keys: Object.keys, get: Reflect.get, has: Reflect.has, WeakMap,
  includes: uncurry(Array.prototype.includes),
  weakMapGet: uncurry(WeakMap.prototype.get),
  weakMapSet: uncurry(WeakMap.prototype.set),
  hasOwn: uncurry(Object.prototype.hasOwnProperty),
  isPrototypeOf: uncurry(Object.prototype.isPrototypeOf),
  functionToString: uncurry(Function.prototype.toString),
  numberValue: uncurry(Number.prototype.valueOf),
  numberToFixed: uncurry(Number.prototype.toFixed),
  stringValue: uncurry(String.prototype.valueOf),
  booleanValue: uncurry(Boolean.prototype.valueOf),
  bigintValue: uncurry(BigInt.prototype.valueOf),
  symbolValue: uncurry(Symbol.prototype.valueOf),
  symbolToString: uncurry(Symbol.prototype.toString),
  dateValue: uncurry(Date.prototype.getTime),
  dateToISO: uncurry(Date.prototype.toISOString),
  mapForEach: uncurry(Map.prototype.forEach),
  mapSize: getter(Map.prototype, 'size'),
  mapGet: uncurry(Map.prototype.get),
  mapSet: uncurry(Map.prototype.set),
  mapHas: uncurry(Map.prototype.has),
  mapDelete: uncurry(Map.prototype.delete),
  setForEach: uncurry(Set.prototype.forEach),
  setSize: getter(Set.prototype, 'size'),
  setAdd: uncurry(Set.prototype.add),
  regexpSource: getter(RegExp.prototype, 'source'),
  regexpFlags: getter(RegExp.prototype, 'flags'),
  typedArrayTag: getter(typedArray, Symbol.toStringTag),
  typedArrayLength: getter(typedArray, 'length'),
  typedArrayBuffer: getter(typedArray, 'buffer'),
  typedArrayOffset: getter(typedArray, 'byteOffset'),
  typedArrayBytes: getter(typedArray, 'byteLength'),
  bufferLength: getter(ArrayBuffer.prototype, 'byteLength'),
  bufferSlice: uncurry(ArrayBuffer.prototype.slice),
  bufferTransfer: uncurry(ArrayBuffer.prototype.transfer),
  bufferDetached: getter(ArrayBuffer.prototype, 'detached'),
  viewBuffer: getter(DataView.prototype, 'buffer'),
  viewOffset: getter(DataView.prototype, 'byteOffset'),
  viewLength: getter(DataView.prototype, 'byteLength'),
  promiseThen: uncurry(Promise.prototype.then),
  promiseResolve: apply(bind, Promise.resolve, [Promise]),
  domName: getter(DOMException.prototype, 'name'),
  domMessage: getter(DOMException.prototype, 'message'),
  toStringTag: Symbol.toStringTag,
  iterator: Symbol.iterator,
};

// The numbers of EngineKind in shim/engine.h.
shared.kinds = {
  __proto__: null,
  PRIMITIVE: 0, OBJECT: 1, ARRAY: 2, FUNCTION: 3, ERROR: 4, MAP: 5, SET: 6, DATE: 7, REGEXP: 8, PROMISE: 9, PROXY: 10,
  ARRAY_BUFFER: 11, TYPED_ARRAY: 12, DATA_VIEW: 13, BOXED: 14, WEAK: 15, ARGUMENTS: 16, MODULE: 17, GENERATOR: 18,
  ITERATOR: 19, DOM_EXCEPTION: 20,
};

// A global as browsers define them: writable, configurable, not enumerable.
shared.global = (name, value) => {
  defineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
};
