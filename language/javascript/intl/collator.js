// Intl.Collator: the Unicode Collation Algorithm over CLDR's root order and what languages change in it (collation.py). Text is
// decomposed, each longest known part of it stands for elements of three weights, and the weights are compared level by level.
import { available, json } from './data.js';
import { ResolveLocale, LookupSupportedLocales } from '@formatjs/intl-localematcher';
import { getCanonicalLocales } from '@formatjs/intl-getcanonicallocales';

const blocks = Object.create(null);
const NOTHING = { one: {}, more: {} };
const common = () => blocks.all ||= json('uca');
const block = (character) => {
  const number = (character.codePointAt(0) >> 7).toString(16);
  return blocks[number] ||= json(`uca/${number}`) || NOTHING;
};

// What a language changes: {first: [[from, to], ...], texts: Map, starts: Set}.
const languages = Object.create(null);
function tailoring(language) {
  if (!languages[language]) {
    const { first = [], texts = [] } = json(`collation/${language}`) || {};
    languages[language] = { first, texts: new Map(texts), starts: new Set(texts.map(([text]) => text[0])) };
  }
  return languages[language];
}

const HAN = /^[\p{Unified_Ideograph}\u3007]/u;

// The elements of a text, [primary, secondary, tertiary, ...].
function elementsOf(text, language) {
  const { first, texts, starts } = tailoring(language);
  const { latin } = common();
  const list = [];
  text = text.normalize('NFD');
  // In Japanese, katakana is as hiragana.
  if (language === 'ja') text = text.replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
  for (let i = 0; i < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(i));
    let found, size = character.length;
    if (starts.has(character)) {
      for (let end = Math.min(text.length, i + 4); end > i && !found; end--) {
        found = texts.get(text.slice(i, end));
        if (found) size = end - i;
      }
    }
    if (!found) {
      const { one, more } = block(character);
      const longer = more[character];
      found = one[character];
      if (longer) {
        let longest = size;
        for (const [other, elements] of longer) {
          if (other.length > longest && text.startsWith(other, i)) {
            longest = other.length;
            found = elements;
          }
        }
        size = longest;
      }
    }
    i += size;
    if (!found) {
      if (HAN.test(character)) {
        throw new RangeError('the sandbox has no order of Chinese characters; compare with < (by code point), or by keys of your own');
      }
      // Unassigned: behind all others, by code point.
      found = [1e6 + character.codePointAt(0), 0x500, 0x500];
    }
    for (let k = 0; k < found.length; k += 3) {
      let primary = found[k];
      for (let r = 0; r < first.length; r++) {
        if (primary >= first[r][0] && primary < first[r][1]) primary = latin - 1 + (r + 1) / 100 + (primary - first[r][0]) * 1e-6;
      }
      list.push(primary, found[k + 1], found[k + 2]);
    }
  }
  return list;
}

// Without what ignorePunctuation leaves out, and marks behind it.
function withoutVariables(list) {
  const { symbols } = common();
  const kept = [];
  let after = false;
  for (let k = 0; k < list.length; k += 3) {
    if (list[k] > 0 && list[k] < symbols) {
      after = true;
    } else if (list[k] > 0 || !after) {
      after = false;
      kept.push(list[k], list[k + 1], list[k + 2]);
    }
  }
  return kept;
}

// Each run of digits becomes its number: its length, then its digits.
function withNumbers(list) {
  const { digits } = common();
  const result = [];
  for (let k = 0; k < list.length;) {
    if (!digits.includes(list[k])) {
      result.push(list[k], list[k + 1], list[k + 2]);
      k += 3;
      continue;
    }
    let end = k;
    while (end < list.length && digits.includes(list[end])) end += 3;
    let start = k;
    while (start < end - 3 && list[start] === digits[0]) start += 3;
    // Behind what is less than a digit, before what is more.
    result.push(digits[0] + (end - start) / 1e9, 0x500, 0x500);
    for (let at = start; at < end; at += 3) result.push(list[at], list[at + 1], list[at + 2]);
    k = end;
  }
  return result;
}

function compareLevel(a, b, level, backwards) {
  const pick = (list) => {
    const weights = [];
    for (let k = level; k < list.length; k += 3) if (list[k] !== 0) weights.push(list[k]);
    return backwards ? weights.reverse() : weights;
  };
  const left = pick(a), right = pick(b);
  const length = Math.min(left.length, right.length);
  for (let k = 0; k < length; k++) if (left[k] !== right[k]) return left[k] < right[k] ? -1 : 1;
  return left.length === right.length ? 0 : left.length < right.length ? -1 : 1;
}

// Weights of capital letters and what is written like them are in the upper part.
const cases = (list) => {
  const result = [];
  for (let k = 0; k < list.length; k += 3) if (list[k] > 0) result.push(0, 0, list[k + 2] >= 0x8000 ? 2 : 1);
  return result;
};

function compareTexts(slots, x, y) {
  if (x === y) return 0;
  let a = elementsOf(x, slots.language), b = elementsOf(y, slots.language);
  if (slots.ignorePunctuation) {
    a = withoutVariables(a);
    b = withoutVariables(b);
  }
  if (slots.numeric) {
    a = withNumbers(a);
    b = withNumbers(b);
  }
  const { sensitivity } = slots;
  let result = compareLevel(a, b, 0);
  if (result === 0 && (sensitivity === 'accent' || sensitivity === 'variant')) result = compareLevel(a, b, 1, slots.backwards);
  const upper = slots.caseFirst === 'upper';
  if (result === 0 && (sensitivity === 'case' || (sensitivity === 'variant' && slots.caseFirst !== 'false'))) {
    result = compareLevel(cases(a), cases(b), 2);
    if (upper) result = -result;
  }
  if (result === 0 && sensitivity === 'variant') result = compareLevel(a, b, 2);
  return result || 0;
}

// ---- the class ----

const slotsOf = new WeakMap();
const need = (value) => {
  const slots = slotsOf.get(value);
  if (!slots) throw new TypeError('not an Intl.Collator');
  return slots;
};

function option(options, name, kind, values, fallback) {
  let value = options[name];
  if (value === undefined) return fallback;
  value = kind === 'boolean' ? Boolean(value) : String(value);
  if (values && !values.includes(value)) throw new RangeError(`${value} is not a value of the option ${name}`);
  return value;
}

const KEYS = { kn: [null, 'true', 'false'], kf: ['false', 'upper', 'lower'], co: [null] };
const localeData = new Proxy({}, { get: () => KEYS });
// Collations that CLDR has and that are not in the image.
const OTHERS = ['big5han', 'compat', 'dict', 'emoji', 'eor', 'gb2312', 'phonebk', 'phonetic', 'pinyin', 'reformed', 'searchjl', 'stroke',
  'trad', 'unihan', 'zhuyin'];

function make(collator, locales, options) {
  const requested = getCanonicalLocales(locales);
  options = options === undefined ? Object.create(null) : Object(options);
  if (options === null) throw new TypeError('options is null');
  const usage = option(options, 'usage', 'string', ['sort', 'search'], 'sort');
  const localeMatcher = option(options, 'localeMatcher', 'string', ['lookup', 'best fit'], 'best fit');
  const collation = option(options, 'collation', 'string', undefined, undefined);
  if (collation !== undefined && !/^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i.test(collation)) throw new RangeError(`${collation} is no collation`);
  const numeric = option(options, 'numeric', 'boolean', undefined, undefined);
  const caseFirst = option(options, 'caseFirst', 'string', ['upper', 'lower', 'false'], undefined);
  const asked = { localeMatcher, kn: numeric === undefined ? undefined : String(numeric), kf: caseFirst };
  const resolved = ResolveLocale(available, requested, asked, ['co', 'kn', 'kf'], localeData, () => 'en-US');
  const base = resolved.dataLocale;
  const language = base.split('-')[0];
  const wanted = collation || (/-u-(?:.*-)?co-([a-z0-9]{3,8})/.exec(requested[0] || '') || [])[1];
  if (wanted !== undefined && OTHERS.includes(wanted.toLowerCase())) {
    throw new RangeError(`the collation ${wanted} is not available in the sandbox`);
  }
  if (usage === 'search' && (language === 'de' || language === 'ko')) {
    throw new RangeError(`usage: 'search' of ${language} is not available in the sandbox; use usage: 'sort'`);
  }
  const sensitivity = option(options, 'sensitivity', 'string', ['base', 'accent', 'case', 'variant'], 'variant');
  const ignorePunctuation = option(options, 'ignorePunctuation', 'boolean', undefined, false);
  slotsOf.set(collator, {
    locale: resolved.locale, usage, sensitivity, ignorePunctuation, collation: 'default',
    numeric: resolved.kn === 'true', caseFirst: resolved.kf,
    language, backwards: base === 'fr-CA',
  });
}

export function Collator(...rest) {
  const prototype = new.target === undefined ? Collator.prototype : new.target.prototype;
  const collator = Object.create(prototype !== null && typeof prototype === 'object' ? prototype : Collator.prototype);
  make(collator, rest[0], rest[1]);
  return collator;
}

const { supportedLocalesOf } = {
  supportedLocalesOf(locales, ...rest) {
    const requested = getCanonicalLocales(locales);
    if (rest[0] !== undefined) option(Object(rest[0]), 'localeMatcher', 'string', ['lookup', 'best fit'], 'best fit');
    return LookupSupportedLocales(available, requested);
  },
};
const methods = {
  get compare() {
    const slots = need(this);
    if (!slots.compare) {
      const compare = (x, y) => compareTexts(slots, String(x), String(y));
      Object.defineProperty(compare, 'name', { value: '', configurable: true });
      slots.compare = compare;
    }
    return slots.compare;
  },
  resolvedOptions() {
    const { locale, usage, sensitivity, ignorePunctuation, collation, numeric, caseFirst } = need(this);
    return { locale, usage, sensitivity, ignorePunctuation, collation, numeric, caseFirst };
  },
};
Object.defineProperty(Collator, 'length', { value: 0, configurable: true });
Object.defineProperty(Collator, 'prototype', { writable: false });
Object.defineProperty(Collator, 'supportedLocalesOf', { value: supportedLocalesOf, writable: true, configurable: true });
for (const key of Object.keys(methods)) {
  Object.defineProperty(Collator.prototype, key, { ...Object.getOwnPropertyDescriptor(methods, key), enumerable: false });
}
Object.defineProperty(Collator.prototype, Symbol.toStringTag, { value: 'Intl.Collator', configurable: true });

// For localeCompare: collators without options are made once.
let plain, plainLocale;
export function compare(x, y, locales, options) {
  if (options === undefined && (locales === undefined || typeof locales === 'string')) {
    if (!plain || plainLocale !== locales) {
      plain = new Collator(locales);
      plainLocale = locales;
    }
    return compareTexts(need(plain), x, y);
  }
  return compareTexts(need(new Collator(locales, options)), x, y);
}
