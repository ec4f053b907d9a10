const NUMBERS = [0, -1, 5, 1234.5, -1234567.891, 0.000123, 999999, 123456789n];
const options = [{}, { style: 'percent' }, { style: 'percent', maximumFractionDigits: 2 }, { minimumFractionDigits: 2 },
  { maximumFractionDigits: 0 }, { maximumSignificantDigits: 3 }, { minimumSignificantDigits: 5 }, { minimumIntegerDigits: 4 },
  { useGrouping: false }, { useGrouping: 'min2' }, { useGrouping: 'always' }, { notation: 'compact' },
  { notation: 'compact', compactDisplay: 'long' }, { notation: 'scientific' }, { notation: 'engineering' }, { signDisplay: 'always' },
  { signDisplay: 'exceptZero' }, { signDisplay: 'never' }, { signDisplay: 'negative' }, { roundingMode: 'floor' },
  { roundingMode: 'halfEven', maximumFractionDigits: 0 }, { trailingZeroDisplay: 'stripIfInteger', minimumFractionDigits: 2 },
  { roundingIncrement: 5, maximumFractionDigits: 2, minimumFractionDigits: 2 }, { numberingSystem: 'arab' },
  { numberingSystem: 'deva' }, { numberingSystem: 'hanidec' }];
for (const currency of ['USD', 'EUR', 'JPY', 'GBP', 'INR', 'CNY', 'BRL', 'KRW', 'RUB', 'TRY', 'ILS', 'CHF', 'PLN', 'SEK', 'UAH']) {
  options.push({ style: 'currency', currency });
}
for (const more of [{ currencyDisplay: 'code' }, { currencyDisplay: 'name' }, { currencyDisplay: 'narrowSymbol' },
  { currencySign: 'accounting' }, { notation: 'compact' }, { maximumFractionDigits: 0 }]) {
  options.push({ style: 'currency', currency: 'USD', ...more }, { style: 'currency', currency: 'EUR', ...more });
}
for (const unit of ['kilometer', 'kilometer-per-hour', 'liter', 'celsius', 'megabyte', 'day', 'minute', 'kilogram', 'mile', 'year']) {
  for (const unitDisplay of ['short', 'long', 'narrow']) options.push({ style: 'unit', unit, unitDisplay });
}
each(options, (locale, option) => {
  const format = new Intl.NumberFormat(locale, option);
  return NUMBERS.map((number) => format.format(number)).join(' | ');
});
