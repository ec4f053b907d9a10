// Intl, and what of the language is as ECMA-402 has it. `Intl` is the object that becomes the global (bundle.py declares it).
/* global shared */
import * as classes from './classes.js';
import * as methods from './methods.js';


const put = (name, value) => Object.defineProperty(Intl, name, { value, writable: true, enumerable: false, configurable: true });
for (const name of ['NumberFormat', 'DateTimeFormat', 'PluralRules', 'ListFormat', 'RelativeTimeFormat', 'DisplayNames']) {
  put(name, classes[name]);
}
const { getCanonicalLocales } = {
  getCanonicalLocales(locales) {
    return classes.getCanonicalLocales(locales);
  },
};
put('getCanonicalLocales', getCanonicalLocales);
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });

// For prelude/intl.js.
shared.intl = { Intl, ...methods };
