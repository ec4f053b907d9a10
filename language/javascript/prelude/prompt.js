// What a prompt asks about text that is being entered. Nothing of the program is called for it: no getter, no proxy.
const P = shared.primordials;
const K = shared.kinds;
const { push, substring, indexOf, exec, getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = P;

const MOST = 2000;
const KEYWORDS = [
  'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'export', 'extends',
  'false', 'finally', 'for', 'function', 'if', 'import', 'in', 'instanceof', 'let', 'new', 'null', 'of', 'return', 'static', 'super', 'switch',
  'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield',
];
const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';
const identifier = new P.RegExp(`^${NAME}$`, 'u');
const keyPattern = new P.RegExp(`(?<![\\p{ID_Continue}$.])((?:${NAME}\\??\\.)*${NAME})\\[(['"])([^'"\\\\]*)$`, 'u');
const pathPattern = new P.RegExp(`((?:${NAME}\\??\\.)*)(${NAME})?$`, 'u');

const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');
// Everything on its chain answers for itself.
const isPlain = (value) => !isObject(value) || (native.kind(value) !== K.PROXY && native.kind(value) !== K.MODULE);

function chain(value) {
  const objects = [];
  let object = isObject(value) ? value : value === undefined || value === null ? null : P.Object(value);
  while (object !== null && objects.length < 100 && isPlain(object)) {
    push(objects, object);
    object = getPrototypeOf(object);
  }
  return objects;
}

function namesOf(value) {
  const names = { __proto__: null };
  const objects = chain(value);
  for (let i = 0; i < objects.length; i++) {
    const keys = native.namedKeys(objects[i]);
    for (let k = 0; k < keys.length; k++) if (typeof keys[k] === 'string') names[keys[k]] = true;
  }
  return P.keys(names);
}

// [value], or undefined where there is none or code of the program would make it.
function get(value, name) {
  const objects = chain(value);
  for (let i = 0; i < objects.length; i++) {
    const found = getOwnPropertyDescriptor(objects[i], name);
    if (found !== undefined) return hasOwn(found, 'value') ? [found.value] : undefined;
  }
  return undefined;
}

function valueOf(path) {
  let held;
  let start = 0;
  for (;;) {
    const end = indexOf(path, '.', start);
    let name = end < 0 ? substring(path, start) : substring(path, start, end);
    if (name[name.length - 1] === '?') name = substring(name, 0, name.length - 1);
    held = start === 0 ? native.lexicalValue(name) ?? get(globalThis, name) : get(held[0], name);
    if (held === undefined || end < 0) return held;
    start = end + 1;
  }
}

const beginsWith = (name, typed) => substring(name, 0, typed.length) === typed;

function keysOf(path, quote, typed) {
  const held = valueOf(path);
  const words = [];
  if (held === undefined || !isObject(held[0]) || !isPlain(held[0])) return words;
  const keys = native.namedKeys(held[0]);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key === 'string' && beginsWith(key, typed) && P.stringify(key) === `"${key}"` && indexOf(key, quote) < 0) push(words, `${quote}${key}${quote}]`);
  }
  return words;
}

// The last item of the text, `typed`, and what it could become.
shared.promptWords = (text) => {
  let found = exec(keyPattern, text);
  let typed, words;
  if (found) {
    typed = found[2] + found[3];
    words = keysOf(found[1], found[2], found[3]);
  } else {
    found = exec(pathPattern, text);
    const path = found[1];
    typed = found[2] ?? '';
    const before = text[text.length - typed.length - 1];
    let names = [];
    if (path) {
      let end = path.length - 1;
      if (path[end - 1] === '?') end--;
      const held = valueOf(substring(path, 0, end));
      names = held === undefined ? [] : namesOf(held[0]);
    } else if (before !== '.' && before !== "'" && before !== '"' && before !== '`') {
      names = namesOf(globalThis);
      const lexical = native.lexicalNames();
      for (let i = 0; i < lexical.length; i++) push(names, lexical[i]);
      for (let i = 0; i < KEYWORDS.length; i++) push(names, KEYWORDS[i]);
    }
    words = [];
    for (let i = 0; i < names.length; i++) if (beginsWith(names[i], typed) && exec(identifier, names[i])) push(words, names[i]);
  }
  P.sort(words);
  return { typed, words: P.slice(words, 0, MOST) };
};
