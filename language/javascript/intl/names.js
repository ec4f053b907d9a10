// Names of languages, put together as UTS #35 and ICU do: FormatJS knows only those that have a region behind them.

// What stands between two parts, which FormatJS's data leaves out.
const SEPARATORS = { ar: '، ', ja: '、', zh: '，' };

// The name in a style; where there is no narrow one it is the short one, and the long one where there is neither.
export function nameIn(table, style, code) {
  return table[style][code] || (style === 'long' ? undefined : table.short[code]) || table.long[code];
}

// Undefined where a part has no name and `fallback` is none.
export function languageName(display, data, style, code, fallback, locale) {
  const [, language, script, region, variants] = /^([a-z]+)(?:-([A-Z][a-z]{3}))?(?:-([A-Z]{2}|\d{3}))?(?:-(.*))?$/.exec(code);
  const { types, patterns } = data;
  const names = types.language.dialect;
  // A name for all of it is one of dialects.
  const whole = [language, script, region].filter(Boolean).join('-');
  const joint = display === 'dialect' && whole !== language ? nameIn(names, style, whole) : undefined;
  const rest = [];
  if (!joint && script) rest.push(nameIn(types.script, style, script) || script);
  if (!joint && region) rest.push(nameIn(types.region, style, region) || region);
  // Variants have no names in the data.
  if (variants) rest.push(variants.toUpperCase().replaceAll('-', '_'));
  const name = joint || nameIn(names, style, language);
  const known = name && !variants && (joint || ((!script || nameIn(types.script, style, script)) && (!region || nameIn(types.region, style, region))));
  if (!known && fallback === 'none') return undefined;
  // Nothing of it has a name.
  if (!name && rest.length === 0) return undefined;
  if (rest.length === 0) return name;
  const wide = patterns.locale.includes('（');
  const brackets = wide ? { '（': '［', '）': '］' } : { '(': '[', ')': ']' };
  const joined = rest.join(SEPARATORS[locale.split('-')[0]] || ', ').replace(/[()（）]/g, (bracket) => brackets[bracket] || bracket);
  return patterns.locale.replace(/\{[01]\}/g, (place) => (place === '{0}' ? name || language : joined));
}
