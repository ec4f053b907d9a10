const DATES = [0, Date.UTC(2024, 1, 3, 4, 5, 6, 789), Date.UTC(2050, 6, 1, 12, 30)];
const options = [{}];
for (const dateStyle of [undefined, 'full', 'long', 'medium', 'short']) {
  for (const timeStyle of [undefined, 'full', 'long', 'medium', 'short']) {
    if (dateStyle || timeStyle) options.push({ dateStyle, timeStyle, timeZone: 'America/New_York' });
  }
}
const values = { weekday: ['narrow', 'short', 'long'], era: ['short', 'long'], year: ['numeric', '2-digit'],
  month: ['numeric', '2-digit', 'short', 'long', 'narrow'], day: ['numeric', '2-digit'], hour: ['numeric', '2-digit'],
  minute: ['numeric', '2-digit'], second: ['numeric', '2-digit'], dayPeriod: ['short', 'long', 'narrow'],
  timeZoneName: ['short', 'long', 'shortOffset', 'longOffset'], hour12: [true, false] };
for (const field of Object.keys(values)) if (field !== 'hour12') for (const value of values[field]) options.push({ [field]: value });
let turn = 0;
for (const fields of ['year month', 'year month day', 'month day', 'weekday year month day', 'weekday month day', 'hour minute',
  'hour minute second', 'year month day hour minute', 'year month day hour minute second', 'weekday hour minute', 'day hour',
  'month day hour minute', 'weekday year month day hour minute timeZoneName', 'era year', 'era year month day', 'hour dayPeriod',
  'hour minute timeZoneName', 'year month day timeZoneName', 'hour minute hour12', 'weekday day']) {
  for (let i = 0; i < 3; i++) {
    const option = {};
    for (const field of fields.split(' ')) option[field] = values[field][(turn += 7) % values[field].length];
    options.push(option);
  }
}
each(options, (locale, option) => {
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'Asia/Kolkata', ...option });
  return DATES.map((date) => format.format(date)).join(' | ');
});
