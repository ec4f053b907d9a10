each([{}, { type: 'ordinal' }, { minimumFractionDigits: 2 }], (locale, option) => {
  const rules = new Intl.PluralRules(locale, option);
  return [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21, 22, 25, 100, 101, 111, 1000000, 0.5, 1.5, -1].map((n) => rules.select(n));
});
const lists = [];
for (const type of ['conjunction', 'disjunction', 'unit']) for (const style of ['long', 'short', 'narrow']) lists.push({ type, style });
each(lists, (locale, option) => {
  const format = new Intl.ListFormat(locale, option);
  return [[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['iglesia', 'hijo'], ['x', 'ocho'], ['א', 'ב', 'abc']].map((list) => format.format(list))
    .join(' | ');
});
const relative = [];
for (const numeric of ['always', 'auto']) for (const style of ['long', 'short', 'narrow']) relative.push({ numeric, style });
each(relative, (locale, option) => {
  const format = new Intl.RelativeTimeFormat(locale, option);
  const texts = [];
  for (const unit of ['second', 'minutes', 'hour', 'day', 'week', 'month', 'quarter', 'year']) {
    for (const value of [0, 1, -1, 2, -5, 1.5]) texts.push(format.format(value, unit));
  }
  return texts.join(' | ');
});
