import { DateTime, Duration, Interval, Settings } from 'luxon';

// In UTC and English, whatever the machine that it is compared on has.
Settings.defaultZone = 'utc';
Settings.defaultLocale = 'en-US';

const when = DateTime.fromISO('2024-02-29T10:11:12.345+02:00', { setZone: true });
console.log(when.toISO(), when.toUTC().toISO(), when.weekNumber, when.isInLeapYear, when.ordinal);
console.log(when.plus({ years: 1, months: 1 }).toISODate(), when.startOf('week').toISO(), when.endOf('month').toISODate());
console.log(when.toFormat('yyyy/MM/dd HH:mm:ss.SSS ZZ'), when.toFormat("EEE d LLL yyyy 'at' h:mm a"));
console.log(DateTime.fromFormat('05-12-2021 14:30', 'dd-MM-yyyy HH:mm').toISO(), DateTime.fromFormat('2021 x', 'yyyy').invalidReason);
console.log(DateTime.utc(2024, 5, 1).diff(DateTime.utc(2023, 1, 15), ['years', 'months', 'days']).toObject());
console.log(Duration.fromObject({ hours: 49, minutes: 75 }).normalize().toISO(), Duration.fromISO('P1DT2H').as('hours'));
console.log(Interval.fromDateTimes(DateTime.utc(2024, 1, 1), DateTime.utc(2024, 1, 8)).splitBy({ days: 3 }).map((i) => i.toISODate()).join(' '));
console.log(DateTime.fromRFC2822('Tue, 01 Nov 2016 13:23:12 +0630').toUTC().toHTTP(), DateTime.fromSQL('2017-05-15 09:12:34').toSQL());
