// Every zone, at times with and without daylight time, and behind the last year that tables list.
const zones = Intl.supportedValuesOf('timeZone');
const TIMES = [-1e12, 0, 5e11, 1e12, Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1), Date.UTC(2024, 2, 31, 1), Date.UTC(2060, 0, 1), Date.UTC(2060, 6, 1)];
for (const timeZone of ZONES) {
  show('en', timeZone, () => {
    const format = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
    return TIMES.map((time) => format.format(time)).join(' | ');
  });
}
show('en', 'all of them', () => ZONES.filter((zone) => !zones.includes(zone)));
