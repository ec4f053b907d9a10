// toLocaleString and its like.
import { DateTimeFormat, NumberFormat, getCanonicalLocales } from './classes.js';

// A formatter without options is made once.
const KEPT = 16;
function keeper(make) {
  const kept = new Map();
  return (locales, ...rest) => {
    if (locales !== undefined && typeof locales !== 'string') return make(locales, ...rest);
    const key = `${locales}/${rest[0]}`;
    let made = kept.get(key);
    if (!made) {
      made = make(locales, ...rest);
      if (kept.size >= KEPT) kept.clear();
      kept.set(key, made);
    }
    return made;
  };
}

const plainNumber = keeper((locales) => new NumberFormat(locales));

export function formatNumber(value, locales, options) {
  return (options === undefined ? plainNumber(locales) : new NumberFormat(locales, options)).format(value);
}

const DATE_FIELDS = ['weekday', 'year', 'month', 'day'];
const TIME_FIELDS = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits'];
const STYLES = { any: [...DATE_FIELDS, ...TIME_FIELDS], date: DATE_FIELDS, time: TIME_FIELDS };

// ToDateTimeOptions of ECMA-402: what is shown where nothing is said.
function dateOptions(options, required, defaults) {
  if (options === null) throw new TypeError('options is null');
  const filled = Object.create(options === undefined ? null : Object(options));
  const { dateStyle, timeStyle } = filled;
  let lacking = dateStyle === undefined && timeStyle === undefined;
  for (const field of STYLES[required]) {
    if (filled[field] !== undefined) lacking = false;
  }
  if (required === 'date' && timeStyle !== undefined) throw new TypeError('timeStyle is not for dates alone');
  if (required === 'time' && dateStyle !== undefined) throw new TypeError('dateStyle is not for times alone');
  const add = (field) => Object.defineProperty(filled, field, { value: 'numeric', enumerable: true, writable: true, configurable: true });
  if (lacking && defaults !== 'time') ['year', 'month', 'day'].forEach(add);
  if (lacking && defaults !== 'date') ['hour', 'minute', 'second'].forEach(add);
  return filled;
}

const plainDate = keeper((locales, required, defaults) => new DateTimeFormat(locales, dateOptions(undefined, required, defaults)));

export function formatDate(value, locales, options, required, defaults) {
  if (value !== value) return 'Invalid Date';
  const format = options === undefined ? plainDate(locales, required, defaults)
    : new DateTimeFormat(locales, dateOptions(options, required, defaults));
  return format.format(value);
}

let zoneNames;

// What stands behind a date's text.
export function zoneName(value) {
  zoneNames ||= new DateTimeFormat('en-US', { timeZoneName: 'long' });
  const name = zoneNames.formatToParts(value).find((part) => part.type === 'timeZoneName');
  return name ? ` (${name.value})` : '';
}

// Letters whose case depends on the language.
function caseLanguage(locales) {
  const list = getCanonicalLocales(locales);
  return list.length > 0 ? /^(tr|az|lt)\b/.exec(list[0])?.[1] : undefined;
}

export function lower(text, locales) {
  const language = caseLanguage(locales);
  if (language === 'tr' || language === 'az') text = text.replace(/I\u0307/g, 'i').replace(/I/g, '\u0131').replace(/\u0130/g, 'i');
  if (language === 'lt') {
    text = text.replace(/([IJ\u012e])(?=[\u0300-\u036f]*[\u0300\u0301\u0303])/g, '$1\u0307')
      .replace(/\u00cc/g, 'i\u0307\u0300').replace(/\u00cd/g, 'i\u0307\u0301').replace(/\u0128/g, 'i\u0307\u0303');
  }
  return text.toLowerCase();
}

export function upper(text, locales) {
  const language = caseLanguage(locales);
  if (language === 'tr' || language === 'az') text = text.replace(/i/g, '\u0130');
  if (language === 'lt') text = text.replace(/([ij\u012f])\u0307/g, '$1');
  return text.toUpperCase();
}
