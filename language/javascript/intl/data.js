// The texts of locales.bin. `native.intlText(key)` gives one, or undefined.
/* global native */
export function json(key) {
  const text = native.intlText(key);
  return text === undefined ? undefined : JSON.parse(text);
}

function patched(old, patch) {
  const keys = Object.keys(patch);
  if (keys.length === 1 && keys[0] === '=') return patch['='];
  const fresh = { ...old };
  for (const key of keys) {
    const value = patch[key];
    if (value === null) delete fresh[key];
    else if (typeof value === 'object' && !Array.isArray(value)) fresh[key] = patched(old[key] || {}, value);
    else fresh[key] = value;
  }
  return fresh;
}

// The data of one kind for a locale.
export function localeData(kind, tag) {
  const data = json(`${kind}/${tag}`);
  return Array.isArray(data) ? patched(localeData(kind, data[0]), data[1]) : data;
}

// Tag -> the tag whose data it has.
let known;
export function tags() {
  return known ||= Object.assign(Object.create(null), json('tags'));
}

// What FormatJS takes for its set of locales. It copies the set before it looks for one: the copy is empty, and
// BestAvailableLocale asks this one (patches.py).
export const available = {
  has: (tag) => tags()[tag] !== undefined,
  add: () => available,
  [Symbol.iterator]: () => [][Symbol.iterator](),
};
