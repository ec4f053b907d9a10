// The classes of FormatJS on our data: loaded when a locale is first asked for.
import { NumberFormat } from '@formatjs/intl-numberformat';
import { DateTimeFormat } from '@formatjs/intl-datetimeformat';
import { PluralRules } from '@formatjs/intl-pluralrules';
import ListFormat from '@formatjs/intl-listformat';
import RelativeTimeFormat from '@formatjs/intl-relativetimeformat';
import { DisplayNames } from '@formatjs/intl-displaynames';
import { getCanonicalLocales } from '@formatjs/intl-getcanonicallocales';
import './plurals.js';
import { available, localeData, tags } from './data.js';

export { NumberFormat, DateTimeFormat, PluralRules, ListFormat, RelativeTimeFormat, DisplayNames, getCanonicalLocales };

export const DEFAULT_LOCALE = 'en-US';

// Loads what is asked for. `load(tag)` calls __addLocaleData, which stores the data under the tag.
function lazy(load) {
  return new Proxy(Object.create(null), {
    get(loaded, tag) {
      if (typeof tag !== 'string') return undefined;
      if (loaded[tag] === undefined && available.has(tag)) {
        const source = tags()[tag];
        if (loaded[source] === undefined) load(source);
        loaded[tag] = loaded[source];
      }
      return loaded[tag];
    },
    has: (loaded, tag) => available.has(tag),
  });
}

function pluralTag(tag) {
  return tag === 'pt-PT' || /^pt-(?!BR)/.test(tag) ? 'pt-PT' : tag.split('-')[0];
}

const KINDS = [[NumberFormat, 'number'], [DateTimeFormat, 'date'], [ListFormat, 'list'], [RelativeTimeFormat, 'relative'],
  [DisplayNames, 'names']];
for (const [type, kind] of KINDS) {
  type.localeData = lazy((tag) => type.__addLocaleData({ locale: tag, data: localeData(kind, tag) }));
}
const rules = PluralRules.localeData;
PluralRules.localeData = new Proxy(rules, {
  get: (loaded, tag) => typeof tag === 'string' && available.has(tag) ? loaded[pluralTag(tag)] : undefined,
  has: (loaded, tag) => available.has(tag),
});
for (const type of [NumberFormat, DateTimeFormat, ListFormat, RelativeTimeFormat, DisplayNames, PluralRules]) {
  type.availableLocales = available;
  type.__defaultLocale = DEFAULT_LOCALE;
  type.getDefaultLocale = () => DEFAULT_LOCALE;
  hide(type);
}

// What FormatJS keeps beside the standard's own is not for programs.
export function hide(type) {
  for (const owner of [type, type.prototype]) {
    for (const key of Object.getOwnPropertyNames(owner)) {
      const descriptor = Object.getOwnPropertyDescriptor(owner, key);
      if (descriptor.enumerable && descriptor.configurable) Object.defineProperty(owner, key, { enumerable: false });
    }
  }
}
