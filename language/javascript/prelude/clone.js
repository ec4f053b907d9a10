// structuredClone by the HTML standard's algorithm, for the types this runtime has.
const P = shared.primordials;
const K = shared.kinds;
const { mapGet, mapSet, mapHas, ownKeys, getOwnPropertyDescriptor, defineProperty } = P;

const ERRORS = {
  __proto__: null, Error: Error.prototype, EvalError: EvalError.prototype, RangeError: RangeError.prototype,
  ReferenceError: ReferenceError.prototype, SyntaxError: SyntaxError.prototype, TypeError: TypeError.prototype,
  URIError: URIError.prototype,
};
const VIEWS = {
  __proto__: null, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  BigInt64Array, BigUint64Array, Float32Array, Float64Array,
};
if (typeof Float16Array === 'function') VIEWS.Float16Array = Float16Array;

function refuse(what) {
  throw new P.DOMException(`${what} could not be cloned`, 'DataCloneError');
}

const define = (object, key, value) => defineProperty(object, key, {
  __proto__: null, value, writable: true, enumerable: true, configurable: true,
});

// Own enumerable string properties; getters run, as the algorithm says.
function copyProperties(from, to, seen) {
  const keys = ownKeys(from);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key === 'symbol') continue;
    const descriptor = getOwnPropertyDescriptor(from, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    define(to, key, clone(from[key], seen));
  }
}

function cloneError(error, seen) {
  const name = `${error.name}`;
  const proto = ERRORS[name] === undefined ? ERRORS.Error : ERRORS[name];
  const copy = new P.Error();
  P.setPrototypeOf(copy, proto);
  seen(error, copy);
  const message = getOwnPropertyDescriptor(error, 'message');
  const plain = (key, value) => defineProperty(copy, key, { __proto__: null, value, writable: true, configurable: true });
  if (message !== undefined && P.hasOwn(message, 'value')) plain('message', `${message.value}`);
  const stack = error.stack;
  if (typeof stack === 'string') copy.stack = stack;
  return copy;
}

function cloneView(value, make, offset, length, buffer, seen) {
  return make(clone(buffer, seen), offset, length);
}

function clone(value, seen) {
  if (typeof value === 'symbol') refuse(P.symbolToString(value));
  const kind = native.kind(value);
  if (kind === K.PRIMITIVE) return value;
  if (mapHas(seen, value)) return mapGet(seen, value);
  const remember = (from, copy) => { mapSet(seen, from, copy); return copy; };

  switch (kind) {
    case K.BOXED: {
      let inner;
      try { inner = P.booleanValue(value); } catch { /* another kind */ }
      if (inner === undefined) try { inner = P.numberValue(value); } catch { /* another kind */ }
      if (inner === undefined) try { inner = P.stringValue(value); } catch { /* another kind */ }
      if (inner === undefined) try { inner = P.bigintValue(value); } catch { /* another kind */ }
      if (inner === undefined) refuse('a Symbol object');
      return remember(value, P.Object(inner));
    }
    case K.DATE: return remember(value, new P.Date(P.dateValue(value)));
    case K.REGEXP: return remember(value, new P.RegExp(P.regexpSource(value), P.regexpFlags(value)));
    case K.ARRAY_BUFFER: {
      if (P.bufferDetached(value)) refuse('a detached ArrayBuffer');
      return remember(value, P.bufferSlice(value, 0));
    }
    case K.TYPED_ARRAY: {
      const View = VIEWS[P.typedArrayTag(value)];
      const length = P.typedArrayLength(value);
      return remember(value, cloneView(value, (b, o, l) => new View(b, o, l), P.typedArrayOffset(value), length, P.typedArrayBuffer(value), seen));
    }
    case K.DATA_VIEW:
      return remember(value, cloneView(value, (b, o, l) => new P.DataView(b, o, l), P.viewOffset(value), P.viewLength(value), P.viewBuffer(value), seen));
    case K.MAP: {
      const copy = remember(value, new P.Map());
      const entries = [];
      P.mapForEach(value, (item, key) => P.push(entries, key, item));
      for (let i = 0; i < entries.length; i += 2) mapSet(copy, clone(entries[i], seen), clone(entries[i + 1], seen));
      return copy;
    }
    case K.SET: {
      const copy = remember(value, new P.Set());
      const entries = [];
      P.setForEach(value, (item) => P.push(entries, item));
      for (let i = 0; i < entries.length; i++) P.setAdd(copy, clone(entries[i], seen));
      return copy;
    }
    case K.ERROR: {
      const copy = cloneError(value, remember);
      const cause = getOwnPropertyDescriptor(value, 'cause');
      if (cause !== undefined && P.hasOwn(cause, 'value')) {
        defineProperty(copy, 'cause', { __proto__: null, value: clone(cause.value, seen), writable: true, configurable: true });
      }
      return copy;
    }
    case K.DOM_EXCEPTION: return remember(value, new P.DOMException(value.message, value.name));
    case K.ARRAY: {
      const copy = remember(value, []);
      copy.length = value.length;
      copyProperties(value, copy, seen);
      return copy;
    }
    case K.OBJECT:
    case K.ARGUMENTS: {
      const copy = remember(value, {});
      copyProperties(value, copy, seen);
      return copy;
    }
    case K.FUNCTION: return refuse(`function ${shared.ownData(value, 'name') || '(anonymous)'}`);
    default: return refuse(shared.inspect(value, 0));
  }
}

shared.global('structuredClone', function structuredClone(value, options) {
  if (arguments.length === 0) throw new P.TypeError('structuredClone expects a value');
  const seen = new P.Map();
  const transfer = options === undefined || options === null ? undefined : options.transfer;
  const list = [];
  if (transfer !== undefined) {
    for (let i = 0; i < transfer.length; i++) {
      if (native.kind(transfer[i]) !== K.ARRAY_BUFFER || P.bufferDetached(transfer[i])) refuse('a value to transfer');
      P.push(list, transfer[i]);
    }
  }
  // A buffer to transfer keeps its bytes: until the whole clone has worked, a copy stands for it.
  const copy = clone(value, seen);
  for (let i = 0; i < list.length; i++) P.bufferTransfer(list[i], 0);
  return copy;
});
