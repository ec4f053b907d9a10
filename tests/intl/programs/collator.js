const WORDS = ("a A b B z Z ä Ä å ö é É e è ê ñ n o ó ú u ü ß ss s ś ş Ş c ç č ć ł l Ł ż ź ı i İ I ğ g co-op coop co_op 1 10 9 2 01 item10 "
  + 'item9 résumé resume Resume cote côte coté côté æ ae œ oe đ d ð þ th ø ! ? . , - _ ( $ € + = # @ zebra Zebra apple Apple Straße '
  + 'Strasse łódź lodz а б в г ґ е ё и і ї й А я א ב ת ا ب ت ة ى ي أ إ अ क ं あ ア い か が カ ー きゃ キャ 가 나 각 한 α Ω test1 test02 ab a-b').split(' ');
const options = [{}, { numeric: true }, { sensitivity: 'base' }, { sensitivity: 'accent' }, { sensitivity: 'case' },
  { ignorePunctuation: true }, { caseFirst: 'upper' }, { caseFirst: 'lower', numeric: true }];
for (const option of options) {
  for (const locale of [...LOCALES.slice(0, 18), 'fr-CA']) {
    const { compare } = new Intl.Collator(locale, option);
    WORDS.forEach((word, i) => {
      // Each word against a few others, other ones for each option.
      const others = [1, 2, 3, 5, 8, 13, 21, 34, 55].map((step) => WORDS[(i + step * (1 + options.indexOf(option))) % WORDS.length]);
      show(locale, `${JSON.stringify(option)} ${word}`, () => others.map((other) => `${other} ${Math.sign(compare(word, other))}`));
    });
  }
}
