// fs: the directories of the host that the session was given. Each function has an async form; what it sends and what it makes
// of the answer is shared by both.
const P = shared.primordials;
const K = shared.kinds;
const { push, defineProperty, TypeError } = P;

function checkPath(path) {
  if (typeof path !== 'string') throw new TypeError(`a path of fs must be a string, not ${shared.typeName(path)}`);
  return path;
}

function checkText(text) {
  if (typeof text !== 'string') throw new TypeError(`the text to write must be a string, not ${shared.typeName(text)}`);
  return text;
}

function checkBytes(bytes) {
  const kind = native.kind(bytes);
  if (kind === K.ARRAY_BUFFER || kind === K.TYPED_ARRAY || kind === K.DATA_VIEW) return bytes;
  throw new TypeError(`the bytes to write must be a Uint8Array or ArrayBuffer, not ${shared.typeName(bytes)}`);
}

function jsonOf(value, indent) {
  const text = P.stringify(value, null, indent);
  if (text === undefined) throw new TypeError(`${shared.typeName(value)} has no JSON form`);
  return text;
}

function textOf(bytes) {
  const text = native.utf8Decode(bytes, true);
  if (text === undefined) throw new TypeError('the file is not UTF-8 text; fs.readBytes reads it');
  return text;
}

// The same member by the name that it has in Python, out of sight.
const alias = (object, name, value) => defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true });

function entryOf(wire) {
  const entry = { name: wire.name, isDir: wire.is_dir, size: wire.size };
  alias(entry, 'is_dir', wire.is_dir);
  return entry;
}

function entriesOf(wire) {
  const entries = [];
  for (let i = 0; i < wire.length; i++) entries[i] = entryOf(wire[i]);
  return entries;
}

function statOf(wire) {
  const stat = { name: wire.name, size: wire.size, isDir: wire.is_dir, modTime: wire.mod_time };
  alias(stat, 'is_dir', wire.is_dir);
  alias(stat, 'mod_time', wire.mod_time);
  return stat;
}

// For Node's fs, which appends bytes too.
shared.fsAppend = (path, bytes) => { ask('goru:fs.append', 'path', path, 'data', bytes); };

function isRecursive(options) {
  if (options === undefined || options === null) return false;
  if (typeof options !== 'object') throw new TypeError('the options of fs.mkdir must be an object such as {recursive: true}');
  return !!options.recursive;
}

const join = (folder, name) => (folder[folder.length - 1] === '/' ? folder + name : folder + '/' + name);

// What a folder holds, as one step of a walk.
function splitOf(wire) {
  const folders = [];
  const files = [];
  const links = new P.Map();
  for (let i = 0; i < wire.length; i++) {
    push(wire[i].is_dir ? folders : files, wire[i].name);
    if (wire[i].is_link) P.mapSet(links, wire[i].name, true);
  }
  return { __proto__: null, folders, files, links };
}

function goDown(todo, path, { folders, links }) {
  for (let i = folders.length - 1; i >= 0; i--) {
    if (!P.mapHas(links, folders[i])) push(todo, join(path, folders[i]));
  }
}

function* walk(path) {
  const todo = [path];
  while (todo.length > 0) {
    const at = P.pop(todo);
    const found = splitOf(native.ask('goru:fs.list', 'path', at, 'links', true));
    yield [at, found.folders, found.files];
    goDown(todo, at, found);
  }
}

async function* asyncWalk(path) {
  const todo = [path];
  while (todo.length > 0) {
    const at = P.pop(todo);
    const found = splitOf(await native.start('goru:fs.list', 'path', at, 'links', true));
    yield [at, found.folders, found.files];
    goDown(todo, at, found);
  }
}

const { ask, start } = native;

shared.global('fs', {
  readText(path) { return textOf(ask('goru:fs.read', 'path', checkPath(path))); },
  readJson(path) { return P.parse(textOf(ask('goru:fs.read', 'path', checkPath(path)))); },
  readBytes(path) { return ask('goru:fs.read', 'path', checkPath(path)); },
  writeText(path, text) { ask('goru:fs.write', 'path', checkPath(path), 'data', checkText(text)); },
  writeJson(path, value, indent) { ask('goru:fs.write', 'path', checkPath(path), 'data', jsonOf(value, indent)); },
  writeBytes(path, bytes) { ask('goru:fs.write', 'path', checkPath(path), 'data', checkBytes(bytes)); },
  appendText(path, text) { ask('goru:fs.append', 'path', checkPath(path), 'data', checkText(text)); },
  listdir(path) { return entriesOf(ask('goru:fs.list', 'path', checkPath(path))); },
  exists(path) { return ask('goru:fs.exists', 'path', checkPath(path)); },
  stat(path) { return statOf(ask('goru:fs.stat', 'path', checkPath(path))); },
  mkdir(path, options) {
    const recursive = isRecursive(options);
    ask('goru:fs.mkdir', 'path', checkPath(path), 'parents', recursive, 'exist_ok', recursive);
  },
  remove(path) { ask('goru:fs.remove', 'path', checkPath(path)); },
  rename(from, to) { ask('goru:fs.rename', 'from', checkPath(from), 'to', checkPath(to)); },
  walk(path) { return walk(checkPath(path)); },

  async asyncReadText(path) { return textOf(await start('goru:fs.read', 'path', checkPath(path))); },
  async asyncReadJson(path) { return P.parse(textOf(await start('goru:fs.read', 'path', checkPath(path)))); },
  async asyncReadBytes(path) { return await start('goru:fs.read', 'path', checkPath(path)); },
  async asyncWriteText(path, text) { await start('goru:fs.write', 'path', checkPath(path), 'data', checkText(text)); },
  async asyncWriteJson(path, value, indent) {
    await start('goru:fs.write', 'path', checkPath(path), 'data', jsonOf(value, indent));
  },
  async asyncWriteBytes(path, bytes) { await start('goru:fs.write', 'path', checkPath(path), 'data', checkBytes(bytes)); },
  async asyncAppendText(path, text) { await start('goru:fs.append', 'path', checkPath(path), 'data', checkText(text)); },
  async asyncListdir(path) { return entriesOf(await start('goru:fs.list', 'path', checkPath(path))); },
  async asyncExists(path) { return await start('goru:fs.exists', 'path', checkPath(path)); },
  async asyncStat(path) { return statOf(await start('goru:fs.stat', 'path', checkPath(path))); },
  async asyncMkdir(path, options) {
    const recursive = isRecursive(options);
    await start('goru:fs.mkdir', 'path', checkPath(path), 'parents', recursive, 'exist_ok', recursive);
  },
  async asyncRemove(path) { await start('goru:fs.remove', 'path', checkPath(path)); },
  async asyncRename(from, to) { await start('goru:fs.rename', 'from', checkPath(from), 'to', checkPath(to)); },
  asyncWalk(path) { return asyncWalk(checkPath(path)); },
});
