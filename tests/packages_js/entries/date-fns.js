import { addBusinessDays, addMonths, differenceInCalendarDays, eachDayOfInterval, format, formatDistance, formatISO, getISOWeek, intervalToDuration, parse, parseISO, startOfWeek } from 'date-fns';
import { de } from 'date-fns/locale/de';

const day = new Date(2024, 0, 31, 13, 5, 9);
console.log(format(day, "EEEE, do MMMM yyyy 'at' HH:mm:ss"), '|', format(day, 'PPPP', { locale: de }));
console.log(format(addMonths(day, 1), 'yyyy-MM-dd'), getISOWeek(day), format(startOfWeek(day, { weekStartsOn: 1 }), 'MM/dd'));
console.log(format(addBusinessDays(day, 10), 'yyyy-MM-dd'), differenceInCalendarDays(new Date(2024, 2, 1), day));
console.log(formatDistance(new Date(2024, 0, 1), new Date(2024, 5, 1), { addSuffix: true }));
console.log(formatISO(parse('03.02.2021', 'dd.MM.yyyy', new Date(0)), { representation: 'date' }));
console.log(parseISO('2024-02-29T12:00:00Z').toISOString(), JSON.stringify(intervalToDuration({ start: new Date(2020, 0, 1), end: new Date(2024, 3, 5) })));
console.log(eachDayOfInterval({ start: new Date(2024, 1, 27), end: new Date(2024, 2, 1) }).map((d) => format(d, 'd')).join());
