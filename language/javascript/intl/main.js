// Intl, and what of the language is as ECMA-402 has it. `Intl` is the object that becomes the global (bundle.py declares it).
/* global shared */
import * as classes from './classes.js';
import { Collator, compare } from './collator.js';
import { Segmenter } from '@formatjs/intl-segmenter';
import { Locale } from '@formatjs/intl-locale';
import { available } from './data.js';
import { hide } from './classes.js';
import { supportedValuesOf } from './values.js';
import * as methods from './methods.js';


const put = (name, value) => Object.defineProperty(Intl, name, { value, writable: true, enumerable: false, configurable: true });
for (const name of ['NumberFormat', 'DateTimeFormat', 'PluralRules', 'ListFormat', 'RelativeTimeFormat', 'DisplayNames']) {
  put(name, classes[name]);
}
put('Collator', Collator);
put('Segmenter', Segmenter);
put('Locale', Locale);
put('supportedValuesOf', supportedValuesOf);
Segmenter.availableLocales = available;
hide(Segmenter);
hide(Locale);
const { getCanonicalLocales } = {
  getCanonicalLocales(locales) {
    return classes.getCanonicalLocales(locales);
  },
};
put('getCanonicalLocales', getCanonicalLocales);
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });

// Words of these are found with dictionaries, which are not here.
const DICTIONARY = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const plainSegment = Segmenter.prototype.segment;
const { segment } = {
  segment(input) {
    const text = String(input);
    if (this instanceof Segmenter && this.resolvedOptions().granularity === 'word' && DICTIONARY.test(text)) {
      throw new RangeError('the sandbox cannot tell words of Chinese, Japanese, Thai, Lao, Khmer or Burmese text; '
        + "use granularity: 'grapheme'");
    }
    return plainSegment.call(this, text);
  },
};
Object.defineProperty(Segmenter.prototype, 'segment', { value: segment, writable: true, enumerable: false, configurable: true });

// FormatJS has no patterns for the ranges of CLDR that would be right in every case.
const refuseRange = () => {
  throw new RangeError('the sandbox has no formatRange of dates; format the two ends apart');
};
for (const name of ['formatRange', 'formatRangeToParts']) {
  const method = { [name]: (start, end) => refuseRange(start, end) }[name];
  Object.defineProperty(classes.DateTimeFormat.prototype, name, { value: method, writable: true, enumerable: false, configurable: true });
}

// For prelude/intl.js.
shared.intl = { Intl, compare, ...methods };
