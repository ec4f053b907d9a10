// Node's modules: each runs when it is first required, in sessions that have them (WithSessionNode).
const loaded = { __proto__: null };
let started;
// What modules use of the globals, taken before a program can declare names like these at its top level.
let performance, URL, URLSearchParams, TextEncoder, TextDecoder, queueMicrotask, console, readLine;
let setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate;
// What our own modules are given.
const goru = {
  native,
  shared,
  get start() {
    return started;
  },
  cwd: () => (started.files === 'scratch' ? '/work' : '/'),
  files: undefined,
  names: () => Object.keys(modules).filter((key) => modules[key][0]),
};

function load(key) {
  if (loaded[key] !== undefined) return loaded[key].exports;
  const [, needs, run] = modules[key];
  const module = { exports: {} };
  loaded[key] = module;
  let done = false;
  try {
    run.call(module.exports, module, module.exports, (name) => load(needs[name]));
    done = true;
  } finally {
    if (!done) loaded[key] = undefined;
  }
  return module.exports;
}

const USE = {
  __proto__: null,
  http: 'use http.get', https: 'use http.get', http2: 'use http.get', net: 'there are no sockets; use http.get',
  tls: 'there are no sockets; use http.get', dns: 'there are no sockets; use http.get', dgram: 'there are no sockets',
  child_process: 'there are no processes', cluster: 'there are no processes', worker_threads: 'there are no threads',
  crypto: 'use the global crypto', zlib: 'bundle one from npm, such as pako', stream: 'bundle readable-stream',
  vm: 'use eval or new Function',
};

function nameOf(name) {
  const key = name.startsWith('node:') ? name.slice(5) : name;
  return modules[key] !== undefined && modules[key][0] ? key : undefined;
}

function refusal(name) {
  const key = name.startsWith('node:') ? name.slice(5) : name;
  const way = USE[key] ?? 'bundle dependencies into one file, for instance with esbuild --bundle --platform=node';
  const error = new Error(`Cannot find module '${name}': the sandbox does not have it; ${way}`);
  error.code = 'MODULE_NOT_FOUND';
  return error;
}

function require(name) {
  if (typeof name !== 'string') throw new TypeError('The "id" argument must be of type string');
  const key = nameOf(name);
  if (key === undefined) throw refusal(name);
  return load(key);
}
require.resolve = (name) => {
  const key = nameOf(name);
  if (key === undefined) throw refusal(name);
  return key;
};

// For the shim: the module that an import names, or undefined.
shared.nodeImport = (name) => (nameOf(name) === undefined ? undefined : load(nameOf(name)));

// For the shim: the session's first run, `start` = {name, arguments, environment}.
shared.nodeBegin = (start) => {
  started = start;
  goru.files = globalThis.fs;
  ({ performance, URL, URLSearchParams, TextEncoder, TextDecoder, queueMicrotask, console, readLine } = globalThis);
  ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = globalThis);
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  define('global', globalThis);
  define('require', require);
  const lazily = (name, get) =>
    Object.defineProperty(globalThis, name, {
      get() {
        const value = get();
        define(name, value);
        return value;
      },
      set(value) {
        define(name, value);
      },
      configurable: true,
    });
  lazily('process', () => load('process'));
  lazily('Buffer', () => load('buffer').Buffer);
  const slash = start.name.lastIndexOf('/');
  if (!start.name.startsWith('<')) {
    define('__filename', start.name);
    define('__dirname', slash > 0 ? start.name.slice(0, slash) : '.');
  }
};
