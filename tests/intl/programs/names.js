const languages = [];
for (const style of ['long', 'short', 'narrow']) {
  for (const languageDisplay of ['dialect', 'standard']) {
    for (const fallback of ['code', 'none']) languages.push({ type: 'language', style, languageDisplay, fallback });
  }
}
each(languages, (locale, option) => {
  const names = new Intl.DisplayNames(locale, option);
  return ('en en-US en-GB zh-Hans zh-Hant-TW zh-HK sr-Latn sr-Latn-RS az az-Arab az-Arab-IR fr-Cyrl-CA es-419 pt-BR fa-AF xx xx-Latn xx-US '
    + 'en-Xxxx en-XX fr-MM sr-Cans-BA').split(' ').map((code) => names.of(code)).join(' | ');
});
const others = [];
for (const style of ['long', 'short', 'narrow']) {
  others.push([{ type: 'region', style }, 'US GB HK MM BA PS UN 419 XX'], [{ type: 'script', style }, 'Latn Hans Cans Xsux Xxxx'],
    [{ type: 'currency', style }, 'USD EUR XAF ZZZ'], [{ type: 'dateTimeField', style }, 'year weekOfYear dayPeriod timeZoneName']);
}
for (const [option, codes] of others) {
  each([option], (locale) => {
    const names = new Intl.DisplayNames(locale, option);
    return codes.split(' ').map((code) => names.of(code)).join(' | ');
  });
}
