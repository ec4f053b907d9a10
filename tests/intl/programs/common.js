// What all programs begin with: test_intl.py and record.py put this text before them. One line for each call.
const LOCALES = ('en de fr es it pt nl pl sv tr ru uk ar he hi ja ko zh en-GB en-IN en-CA en-AU de-CH de-AT fr-CA fr-CH es-MX es-AR '
  + 'pt-PT zh-TW ar-EG nl-BE').split(' ');
function show(locale, name, make) {
  let value;
  try {
    value = make();
  } catch (error) {
    value = error.name;
  }
  console.log(`${locale} ${name}: ${String(value).replaceAll('\n', '\\n')}`);
}
const each = (options, format) => {
  for (const option of options) for (const locale of LOCALES) show(locale, JSON.stringify(option), () => format(locale, option));
};
