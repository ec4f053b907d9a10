const TEXTS = ["Hello, world! How are you? I'm fine.", '👩‍👩‍👧a🇩🇪é́ e\u0301', 'Das ist z.B. ein Test. Ja!', '안녕하세요 세계', "can't stop 3.14 1,000",
  ' \r\n ', 'नमस्ते दुनिया'];
for (const locale of LOCALES.slice(0, 18)) {
  for (const granularity of ['grapheme', 'word', 'sentence']) {
    for (const text of TEXTS) {
      show(locale, `${granularity} ${JSON.stringify(text)}`, () => JSON.stringify([...new Intl.Segmenter(locale, { granularity }).segment(text)]));
    }
  }
}
