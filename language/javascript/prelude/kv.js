// kv: JSON values under string keys. What is stored comes back as an equal value of the same type; what JSON would drop or
// change is refused (shim/values.c).
const P = shared.primordials;
const { charCodeAt, substring, push, defineProperty } = P;

const MAX_SAFE = 9007199254740991;

const define = (object, key, value) => defineProperty(object, key, {
  __proto__: null, value, writable: true, enumerable: true, configurable: true,
});

// The value of a JSON text, which is known to be right, with a BigInt for each integer that a number cannot hold.
function parseExactly(text) {
  let at = 0;

  const next = () => {
    while (at < text.length && charCodeAt(text, at) <= 32) at++;
    return text[at];
  };

  const string = () => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return P.parse(substring(text, start, ++at));
  };

  const scalar = () => {
    const start = at;
    let whole = true;
    for (; at < text.length; at++) {
      const c = text[at];
      if (c === ',' || c === ']' || c === '}' || charCodeAt(text, at) <= 32) break;
      if (c === '.' || c === 'e' || c === 'E') whole = false;
    }
    const token = substring(text, start, at);
    const value = P.parse(token);
    return whole && typeof value === 'number' && (value > MAX_SAFE || value < -MAX_SAFE) ? P.BigInt(token) : value;
  };

  const members = (close, read) => {
    at++;
    while (next() !== close) {
      if (text[at] === ',') at++;
      else read();
    }
    at++;
  };

  const value = () => {
    switch (next()) {
      case '"': return string();
      case '[': {
        const array = [];
        members(']', () => define(array, array.length, value()));
        return array;
      }
      case '{': {
        const object = {};
        members('}', () => {
          const key = string();
          next();
          at++;
          define(object, key, value());
        });
        return object;
      }
      default: return scalar();
    }
  };
  return value();
}

function parse(text, fallback) {
  if (text === null) return fallback;
  const value = native.parseValue(text);
  return value === undefined ? parseExactly(text) : value;
}

function check(key) {
  if (typeof key !== 'string') throw new P.TypeError(`a key of kv must be a string, not ${shared.typeName(key)}`);
  return key;
}

shared.global('kv', {
  get(key, fallback = null) { return parse(native.ask('goru:kv.get', 'key', check(key)), fallback); },
  set(key, value) { native.ask('goru:kv.set', 'key', check(key), 'value', native.valueText(value)); },
  delete(key) { return native.ask('goru:kv.delete', 'key', check(key)); },
  keys() { return native.ask('goru:kv.keys'); },

  async asyncGet(key, fallback = null) { return parse(await native.start('goru:kv.get', 'key', check(key)), fallback); },
  async asyncSet(key, value) { await native.start('goru:kv.set', 'key', check(key), 'value', native.valueText(value)); },
  async asyncDelete(key) { return await native.start('goru:kv.delete', 'key', check(key)); },
  async asyncKeys() { return await native.start('goru:kv.keys'); },
});
