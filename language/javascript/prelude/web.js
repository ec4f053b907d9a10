// What web pages have besides http, and Temporal. Their code is loaded when a program first uses one of them.
const P = shared.primordials;
const { defineProperty } = P;

// What the loaded code is given.
const goru = {
  __proto__: null,
  unrefTimer: native.unrefTimer,
  report: (error) => globalThis.console.error('Uncaught', error),
  startRequest: (method, url, options) => shared.startRequest(method, url, options),
  responseOf: (answer) => shared.responseOf(answer),
  cancel: native.cancel,
};

// The packages ask whether the names are there already: while they are loaded they are not.
let loading = false;

function load(name) {
  const box = { __proto__: null };
  loading = true;
  try {
    native.lateCode(name)(goru, box);
  } finally {
    loading = false;
  }
  return box[name];
}

let loaded;
const web = () => (loaded ??= load('web'));

function lazily(object, name, get) {
  defineProperty(object, name, {
    __proto__: null,
    get() {
      if (loading) return undefined;
      const value = get();
      defineProperty(object, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
      return value;
    },
    set(value) {
      defineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: false,
    configurable: true,
  });
}

const NAMES = [
  'AbortController', 'AbortSignal', 'Blob', 'ByteLengthQueuingStrategy', 'CountQueuingStrategy', 'CustomEvent', 'Event', 'EventTarget', 'File',
  'FormData', 'Headers', 'ReadableStream', 'ReadableStreamDefaultReader', 'SubtleCrypto', 'TextDecoderStream', 'TextEncoderStream',
  'TransformStream', 'WritableStream',
];
for (let i = 0; i < NAMES.length; i++) lazily(globalThis, NAMES[i], () => web()[NAMES[i]]);
lazily(globalThis.crypto, 'subtle', () => web().subtle);
lazily(globalThis, 'Temporal', () => {
  const { Temporal, toTemporalInstant } = load('temporal');
  defineProperty(P.Date.prototype, 'toTemporalInstant', {
    __proto__: null, value: toTemporalInstant, writable: true, enumerable: false, configurable: true,
  });
  return Temporal;
});
shared.global('navigator', { userAgent: 'goru' });
shared.global('reportError', function reportError(error) {
  goru.report(error);
});

// For the shim: a session's first run, where it has these (WithSessionWeb).
shared.webBegin = () => {
  for (const name of ['fetch', 'Request', 'Response']) lazily(globalThis, name, () => web()[name]);
};
