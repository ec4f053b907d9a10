// Words that change with the one behind them, as ICU has it: FormatJS takes the pattern as it stands.

// Spanish y before the sound of i is e, o before the sound of o is u; Hebrew ו has a hyphen before other letters.
export function joining(pattern, next, locale) {
  const spanish = /^es\b/.test(locale);
  if (spanish && pattern.includes(' y {1}') && /^(i|hi(?![ae]))/i.test(next)) return pattern.replace(' y {1}', ' e {1}');
  if (spanish && pattern.includes(' o {1}') && /^(o|ho|8|11(?!\d)(?=$|[ .,]))/i.test(next)) return pattern.replace(' o {1}', ' u {1}');
  if (pattern.endsWith(' \u05d5{1}') && !/^\p{Script=Hebrew}/u.test(next)) return pattern.replace('\u05d5{1}', '\u05d5-{1}');
  return pattern;
}
