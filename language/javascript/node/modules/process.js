// process: what a program asks of its own surroundings.
'use strict';
const EventEmitter = require('events');
const { native, start } = goru;
const begin = performance.now();

const process = new EventEmitter();
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });

function output(fd) {
  const stream = new EventEmitter();
  return Object.assign(stream, {
    fd,
    isTTY: false,
    writable: true,
    columns: 80,
    write(chunk, encoding, callback) {
      if (typeof chunk === 'string') native.write(fd, chunk);
      else if (chunk instanceof Uint8Array) native.writeBytes(fd, chunk);
      else throw new TypeError('The "chunk" argument must be of type string or an instance of Buffer or Uint8Array');
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') queueMicrotask(() => done());
      return true;
    },
    end(chunk, encoding, callback) {
      if (chunk !== undefined && typeof chunk !== 'function') stream.write(chunk);
      const done = [chunk, encoding, callback].find((value) => typeof value === 'function');
      if (done !== undefined) queueMicrotask(() => done());
      return stream;
    },
    cork() {},
    uncork() {},
    getColorDepth: () => 1,
    hasColors: () => false,
  });
}

function input() {
  const { Buffer } = require('buffer');
  const stream = new EventEmitter();
  let encoding;
  let begun = false;
  let paused = false;
  let rest = null;
  const decode = (bytes) => (encoding === undefined ? bytes : bytes.toString(encoding));
  const take = () => {
    if (rest !== null) return rest;
    rest = Buffer.from(native.readAllBytes());
    return rest;
  };
  const deliver = () => {
    if (paused || stream.readableEnded) return;
    const bytes = take();
    if (bytes.length > 0 && stream.listenerCount('data') > 0) {
      rest = Buffer.alloc(0);
      stream.emit('data', decode(bytes));
    } else if (bytes.length > 0 && stream.listenerCount('readable') > 0) {
      stream.emit('readable');
      if (rest.length > 0 && stream.listenerCount('readable') > 0) return;
    }
    stream.readableEnded = true;
    if (stream.listenerCount('readable') > 0) stream.emit('readable');
    stream.emit('end');
    stream.emit('close');
  };
  const flow = () => {
    if (begun) return;
    begun = true;
    setImmediate(deliver);
  };
  const on = stream.on;
  stream.on = stream.addListener = function (name, listener) {
    on.call(stream, name, listener);
    if (name === 'data' || name === 'readable') flow();
    return stream;
  };
  return Object.assign(stream, {
    fd: 0,
    isTTY: false,
    readable: true,
    readableEnded: false,
    setEncoding(name) {
      encoding = name ?? 'utf8';
      return stream;
    },
    read() {
      const bytes = take();
      if (bytes.length === 0) return null;
      rest = Buffer.alloc(0);
      return decode(bytes);
    },
    resume() {
      paused = false;
      begun = false;
      flow();
      return stream;
    },
    pause() {
      paused = true;
      return stream;
    },
    unref: () => stream,
    ref: () => stream,
    setRawMode: () => stream,
    destroy: () => stream,
    pipe(target) {
      stream.on('data', (chunk) => target.write(chunk));
      stream.on('end', () => target.end?.());
      return target;
    },
    async *[Symbol.asyncIterator]() {
      const bytes = take();
      rest = Buffer.alloc(0);
      stream.readableEnded = true;
      if (bytes.length > 0) yield decode(bytes);
    },
  });
}

function hrtime(since) {
  const now = performance.now() - begin;
  let seconds = Math.floor(now / 1000);
  let nanoseconds = Math.round((now % 1000) * 1e6);
  if (since !== undefined) {
    seconds -= since[0];
    nanoseconds -= since[1];
    if (nanoseconds < 0) {
      seconds -= 1;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = () => BigInt(Math.round((performance.now() - begin) * 1e6));

let stdin;
let stdout;
let stderr;
Object.assign(process, {
  title: 'goru',
  argv: ['goru', start.name, ...(start.arguments ?? [])],
  argv0: 'goru',
  execArgv: [],
  execPath: '/goru',
  env: { ...(start.files === 'scratch' ? { HOME: '/home', PWD: '/work' } : {}), ...(start.environment ?? {}) },
  exitCode: undefined,
  pid: 1,
  ppid: 0,
  platform: 'linux',
  arch: 'wasm32',
  version: 'v22.0.0',
  versions: { node: '22.0.0', quickjs: native.engineVersion ?? '' },
  release: { name: 'node' },
  config: { variables: {} },
  features: {},
  cwd: () => goru.cwd(),
  chdir() {
    throw new Error('process.chdir is not there in the sandbox: use absolute paths');
  },
  exit(code) {
    const wanted = code ?? process.exitCode ?? 0;
    process.exitCode = wanted;
    process.emit('exit', wanted);
    native.exit(Number(wanted) | 0);
  },
  abort: () => native.exit(134),
  nextTick(callback, ...args) {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function');
    queueMicrotask(() => callback(...args));
  },
  hrtime,
  uptime: () => (performance.now() - begin) / 1000,
  memoryUsage: () => {
    const rss = native.memoryBytes();
    return { rss, heapTotal: rss, heapUsed: rss, external: 0, arrayBuffers: 0 };
  },
  cpuUsage: () => ({ user: Math.round((performance.now() - begin) * 1000), system: 0 }),
  emitWarning: (warning) => console.error(`Warning: ${warning?.message ?? warning}`),
  umask: () => 0o22,
  getuid: () => 0,
  getgid: () => 0,
  kill() {
    throw new Error('the sandbox has no processes');
  },
});
for (const [name, get] of [
  ['stdin', () => (stdin ??= input())],
  ['stdout', () => (stdout ??= output(1))],
  ['stderr', () => (stderr ??= output(2))],
]) {
  Object.defineProperty(process, name, { get, set(value) { Object.defineProperty(process, name, { value, writable: true }); }, configurable: true, enumerable: true });
}
module.exports = process;
