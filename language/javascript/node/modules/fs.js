// fs on the files that the session has: its own (WithSessionScratch) and mounts. Numbers of descriptors are those of standard streams
// and of files that openSync opened; a file is read when it is opened and written when it is closed or synced.
'use strict';
const { Buffer } = require('buffer');
const { native } = goru;
const files = goru.files;

function pathOf(path) {
  if (path instanceof URL) {
    if (path.protocol !== 'file:') throw new TypeError('The URL must be of scheme file');
    return decodeURIComponent(path.pathname);
  }
  if (path instanceof Uint8Array) return Buffer.from(path).toString();
  if (typeof path !== 'string') throw new TypeError('The "path" argument must be of type string or an instance of Buffer or URL');
  return path;
}

// Node's form of an error of the host.
function attempt(call, syscall, path, work) {
  try {
    return work();
  } catch (error) {
    const code = error?.code;
    if (typeof code !== 'string') throw error;
    const made = new Error(`${code}: ${error.message}, ${syscall} '${path}'`);
    throw Object.assign(made, { code, syscall, path, errno: -1 });
  }
}

const isStdin = (path) => path === 0 || path === '/dev/stdin' || path === '/proc/self/fd/0';
const encodingOf = (options) => (typeof options === 'string' ? options : options?.encoding);
const bytesOf = (data, encoding) => {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView');
};

let stdinRest = null;
function stdinBytes() {
  const bytes = stdinRest ?? Buffer.from(native.readAllBytes());
  stdinRest = Buffer.alloc(0);
  return bytes;
}

const open = new Map();
let nextDescriptor = 3;

function opened(fd) {
  const file = open.get(fd);
  if (file === undefined) throw Object.assign(new Error('EBADF: bad file descriptor'), { code: 'EBADF', errno: -9 });
  return file;
}

function readBytes(path) {
  const name = pathOf(path);
  return attempt('readFile', 'open', name, () => Buffer.from(files.readBytes(name)));
}

function writeBytes(path, bytes, append) {
  const name = pathOf(path);
  if (name === '/dev/stdout' || name === '/dev/stderr') return void native.writeBytes(name === '/dev/stdout' ? 1 : 2, bytes);
  attempt('writeFile', 'open', name, () => (append ? goru.shared.fsAppend(name, bytes) : files.writeBytes(name, bytes)));
}

class Stats {
  constructor(stat) {
    this.size = stat.size;
    this.mtimeMs = this.atimeMs = this.ctimeMs = this.birthtimeMs = stat.modTime * 1000;
    this.mtime = this.atime = this.ctime = this.birthtime = new Date(this.mtimeMs);
    this.mode = stat.isDir ? 0o40755 : 0o100644;
    this.nlink = 1;
    this.uid = this.gid = this.dev = this.ino = 0;
    Object.defineProperty(this, 'directory', { value: stat.isDir });
  }
  isDirectory() { return this.directory; }
  isFile() { return !this.directory; }
  isSymbolicLink() { return false; }
  isFIFO() { return false; }
  isSocket() { return false; }
  isBlockDevice() { return false; }
  isCharacterDevice() { return false; }
}

class Dirent {
  constructor(parent, entry) {
    this.name = entry.name;
    this.parentPath = this.path = parent;
    Object.defineProperty(this, 'directory', { value: entry.isDir });
  }
  isDirectory() { return this.directory; }
  isFile() { return !this.directory; }
  isSymbolicLink() { return false; }
}

function flagsOf(flags) {
  const text = flags ?? 'r';
  if (!/^(r|rs|w|a|wx|ax|xw|xa)\+?$/.test(text)) throw new TypeError(`the flags '${text}' are not known here: r, w, a, r+, w+, a+, wx, ax`);
  return { reads: /r|\+/.test(text), writes: /[wa+]/.test(text), creates: /[wa]/.test(text), truncates: /w/.test(text), appends: /a/.test(text), exclusive: /x/.test(text) };
}

const sync = {
  readFileSync(path, options) {
    const encoding = encodingOf(options);
    let bytes;
    if (isStdin(path)) bytes = stdinBytes();
    else if (typeof path === 'number') bytes = opened(path).data;
    else bytes = readBytes(path);
    return encoding == null || encoding === 'buffer' ? bytes : bytes.toString(encoding);
  },
  writeFileSync(path, data, options) {
    const bytes = bytesOf(data, encodingOf(options));
    if (path === 1 || path === 2) return void native.writeBytes(path, bytes);
    if (typeof path === 'number') return void sync.writeSync(path, bytes);
    const flags = typeof options === 'object' && options?.flag ? flagsOf(options.flag) : { appends: false };
    if (flags.exclusive && sync.existsSync(path)) throw exists(path);
    writeBytes(path, bytes, flags.appends);
  },
  appendFileSync(path, data, options) {
    const bytes = bytesOf(data, encodingOf(options));
    if (path === 1 || path === 2) return void native.writeBytes(path, bytes);
    if (typeof path === 'number') return void sync.writeSync(path, bytes);
    writeBytes(path, bytes, true);
  },
  existsSync(path) {
    try {
      return isStdin(path) || files.exists(pathOf(path));
    } catch {
      return false;
    }
  },
  accessSync(path) {
    sync.statSync(path);
  },
  statSync(path, options) {
    const name = pathOf(path);
    if (options?.throwIfNoEntry === false && !sync.existsSync(name)) return undefined;
    return attempt('stat', 'stat', name, () => new Stats(files.stat(name)));
  },
  lstatSync: (path, options) => sync.statSync(path, options),
  fstatSync(fd) {
    if (fd >= 0 && fd <= 2) return new Stats({ size: 0, modTime: 0, isDir: false });
    return new Stats({ size: opened(fd).data.length, modTime: Date.now() / 1000, isDir: false });
  },
  readdirSync(path, options) {
    const name = pathOf(path);
    const recursive = options?.recursive === true;
    const out = [];
    const walk = (folder, prefix) => {
      for (const entry of attempt('readdir', 'scandir', folder, () => files.listdir(folder))) {
        out.push(options?.withFileTypes ? new Dirent(folder, entry) : prefix + entry.name);
        if (recursive && entry.isDir) walk(`${folder}/${entry.name}`, `${prefix}${entry.name}/`);
      }
    };
    walk(name, '');
    return out;
  },
  mkdirSync(path, options) {
    const name = pathOf(path);
    attempt('mkdir', 'mkdir', name, () => files.mkdir(name, { recursive: options?.recursive === true }));
  },
  mkdtempSync(prefix) {
    for (;;) {
      const name = prefix + Math.random().toString(36).slice(2, 8).padEnd(6, 'x');
      if (sync.existsSync(name)) continue;
      sync.mkdirSync(name);
      return name;
    }
  },
  rmdirSync(path, options) {
    if (options?.recursive) return sync.rmSync(path, { recursive: true });
    const name = pathOf(path);
    if (!sync.statSync(name).isDirectory()) throw Object.assign(new Error(`ENOTDIR: not a directory, rmdir '${name}'`), { code: 'ENOTDIR' });
    attempt('rmdir', 'rmdir', name, () => files.remove(name));
  },
  unlinkSync(path) {
    const name = pathOf(path);
    attempt('unlink', 'unlink', name, () => files.remove(name));
  },
  rmSync(path, options) {
    const name = pathOf(path);
    if (options?.force && !sync.existsSync(name)) return;
    const walk = (item) => {
      for (const entry of attempt('rm', 'scandir', item, () => files.listdir(item))) {
        const inside = `${item}/${entry.name}`;
        if (entry.isDir) walk(inside);
        else attempt('rm', 'unlink', inside, () => files.remove(inside));
      }
      attempt('rm', 'rmdir', item, () => files.remove(item));
    };
    if (options?.recursive && sync.statSync(name).isDirectory()) return walk(name);
    if (sync.statSync(name).isDirectory()) throw Object.assign(new Error(`Path is a directory: rm returned EISDIR (is a directory) ${name}`), { code: 'ERR_FS_EISDIR' });
    attempt('rm', 'unlink', name, () => files.remove(name));
  },
  renameSync(from, to) {
    const name = pathOf(from);
    attempt('rename', 'rename', name, () => files.rename(name, pathOf(to)));
  },
  copyFileSync(from, to) {
    writeBytes(to, readBytes(from), false);
  },
  truncateSync(path, size = 0) {
    const bytes = readBytes(path);
    const out = Buffer.alloc(size);
    bytes.copy(out, 0, 0, Math.min(size, bytes.length));
    writeBytes(path, out, false);
  },
  realpathSync: (path) => require('path').resolve(pathOf(path)),
  openSync(path, flags) {
    const name = pathOf(path);
    if (isStdin(name)) return 0;
    if (name === '/dev/stdout') return 1;
    if (name === '/dev/stderr') return 2;
    const how = flagsOf(flags);
    const there = sync.existsSync(name);
    if (there && how.exclusive) throw exists(name);
    let data = Buffer.alloc(0);
    if (!there || how.truncates) {
      if (!there && !how.creates) readBytes(name);
      writeBytes(name, data, false);
    } else {
      data = readBytes(name);
    }
    open.set(nextDescriptor, { name, how, data, at: 0, changed: false });
    return nextDescriptor++;
  },
  readSync(fd, buffer, ...rest) {
    const given = typeof rest[0] === 'object' && rest[0] !== null ? rest[0] : { offset: rest[0], length: rest[1], position: rest[2] };
    const offset = given.offset ?? 0;
    const length = given.length ?? buffer.byteLength - offset;
    let source;
    if (fd === 0) {
      stdinRest ??= Buffer.from(native.readAllBytes());
      source = { data: stdinRest, at: 0 };
    } else {
      source = opened(fd);
    }
    const from = typeof given.position === 'number' && given.position >= 0 ? given.position : source.at;
    const count = Math.max(0, Math.min(length, source.data.length - from));
    source.data.copy(Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength), offset, from, from + count);
    if (fd === 0) stdinRest = stdinRest.subarray(count);
    else if (typeof given.position !== 'number' || given.position < 0) source.at = from + count;
    return count;
  },
  writeSync(fd, data, ...rest) {
    const text = typeof data === 'string';
    let bytes = text ? Buffer.from(data, rest[1]) : bytesOf(data);
    let position = text ? rest[0] : rest[2];
    if (!text && (rest[0] !== undefined || rest[1] !== undefined)) {
      const offset = typeof rest[0] === 'number' ? rest[0] : 0;
      bytes = bytes.subarray(offset, typeof rest[1] === 'number' ? offset + rest[1] : undefined);
    }
    if (fd === 1 || fd === 2) {
      native.writeBytes(fd, bytes);
      return bytes.length;
    }
    const file = opened(fd);
    if (!file.how.writes) throw Object.assign(new Error('EBADF: bad file descriptor, write'), { code: 'EBADF', errno: -9 });
    if (file.how.appends) position = file.data.length;
    const at = typeof position === 'number' ? position : file.at;
    const end = at + bytes.length;
    if (end > file.data.length) {
      const grown = Buffer.alloc(end);
      file.data.copy(grown);
      file.data = grown;
    }
    bytes.copy(file.data, at);
    if (typeof position !== 'number' || file.how.appends) file.at = end;
    writeBytes(file.name, file.data, false);
    return bytes.length;
  },
  fsyncSync: (fd) => void opened(fd),
  closeSync(fd) {
    if (fd > 2) {
      opened(fd);
      open.delete(fd);
    }
  },
  utimesSync(path) {
    sync.statSync(path);
  },
  chmodSync(path) {
    sync.statSync(path);
  },
};

function exists(path) {
  return Object.assign(new Error(`EEXIST: file already exists, open '${path}'`), { code: 'EEXIST', errno: -17, syscall: 'open', path });
}

const promises = {};
const api = { ...sync, Stats, Dirent, promises, constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2 } };
for (const name of Object.keys(sync)) {
  const plain = name.slice(0, -4);
  promises[plain] = async (...args) => sync[name](...args);
  api[plain] = (...args) => {
    const callback = args.pop();
    if (typeof callback !== 'function') throw new TypeError('The "cb" argument must be of type function');
    let error = null;
    let value;
    try {
      value = sync[name](...args);
    } catch (thrown) {
      error = thrown;
    }
    setImmediate(() => (plain === 'exists' ? callback(value) : error !== null ? callback(error) : callback(null, value)));
  };
}
for (const name of ['createReadStream', 'createWriteStream', 'watch', 'watchFile', 'symlinkSync', 'linkSync', 'readlinkSync']) {
  api[name] = () => {
    throw new Error(`fs.${name} is not there in the sandbox; use readFileSync and writeFileSync`);
  };
}
module.exports = api;
