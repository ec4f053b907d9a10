// Time zones: the IANA data of the image, and what a zone's clocks show at a time. FormatJS asks these functions in place
// of its own, whose tables end in 2037.
/* global native */
import { json } from './data.js';

let byName; // upper-case name -> the name as the database spells it
let links; // name -> the zone whose data it has
const loaded = { __proto__: null };

function names() {
  if (!byName) {
    links = json('zones').links;
    byName = { __proto__: null };
    for (const name in links) byName[name.toUpperCase()] = name;
  }
  return byName;
}

export function zoneNames() {
  names();
  return Object.keys(links);
}

const OFFSET = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/;

// The name in its own spelling, an offset as ±HH:MM, or undefined.
export function canonicalZone(name) {
  const offset = OFFSET.exec(name);
  if (offset) {
    const minutes = offset[3] || '00';
    return `${offset[2] === '00' && minutes === '00' ? '+' : offset[1]}${offset[2]}:${minutes}`;
  }
  // toUpperCase makes ASCII of some other letters.
  // eslint-disable-next-line no-control-regex
  if (/[^\x00-\x7f]/.test(name)) return undefined;
  const found = names()[name.toUpperCase()];
  return found === 'Etc/UTC' || found === 'Etc/GMT' || found === 'GMT' ? 'UTC' : found;
}

// The zone of local time.
export const defaultZone = () => canonicalZone(native.timeZone());

// The zone that a name is a link to.
export function primaryZone(name) {
  names();
  return links[name] || name;
}

function load(name) {
  names();
  const zone = links[name];
  if (zone === undefined) return undefined;
  if (!loaded[zone]) {
    const data = json(`zone/${zone}`);
    data.rule = parseRule(data.rule);
    loaded[zone] = data;
  }
  return loaded[zone];
}

// ---- POSIX TZ rules: what holds behind the last transition ----

const RULE = /^(<[^>]+>|[A-Za-z]+)([-+]?[\d:]+)(?:(<[^>]+>|[A-Za-z]+)([-+]?[\d:]+)?,([^,]+),([^,]+))?$/;

function seconds(text) {
  const sign = text[0] === '-' ? -1 : 1;
  const [hours, minutes = 0, rest = 0] = text.replace(/^[-+]/, '').split(':').map(Number);
  return sign * (hours * 3600 + minutes * 60 + rest);
}

function parseDay(text) {
  const [day, time = '2'] = text.split('/');
  if (day[0] === 'M') {
    const [month, week, weekday] = day.slice(1).split('.').map(Number);
    return { month, week, weekday, time: seconds(time) };
  }
  return day[0] === 'J' ? { julian: Number(day.slice(1)), time: seconds(time) } : { day: Number(day), time: seconds(time) };
}

function parseRule(text) {
  const match = RULE.exec(text);
  if (!match) return undefined;
  const offset = -seconds(match[2]);
  if (!match[3]) return { offset };
  return { offset, daylight: match[4] ? -seconds(match[4]) : offset + 3600, begin: parseDay(match[5]), end: parseDay(match[6]) };
}

const DAY = 86400;

// The second of local time at which a rule's day begins or ends daylight time.
function momentIn(year, rule) {
  const first = Date.UTC(2000, 0, 1);
  const dayOf = (month, day) => {
    const date = new Date(first);
    date.setUTCFullYear(year, month, day);
    return date.getTime() / 1000;
  };
  let start;
  if (rule.month) {
    start = dayOf(rule.month - 1, 1);
    const weekday = new Date(start * 1000).getUTCDay();
    start += ((rule.weekday - weekday + 7) % 7 + (rule.week - 1) * 7) * DAY;
    if (start >= dayOf(rule.month, 1)) start -= 7 * DAY;
  } else if (rule.julian) {
    const leap = dayOf(2, 1) - dayOf(1, 1) === 29 * DAY;
    start = dayOf(0, 1) + (rule.julian - 1 + (leap && rule.julian > 59 ? 1 : 0)) * DAY;
  } else {
    start = dayOf(0, 1) + rule.day * DAY;
  }
  return start + rule.time;
}

function byRule(rule, second) {
  if (!rule.begin) return [rule.offset, false];
  const year = new Date((second + rule.offset) * 1000).getUTCFullYear();
  const begin = momentIn(year, rule.begin) - rule.offset;
  const end = momentIn(year, rule.end) - rule.daylight;
  const daylight = begin < end ? second >= begin && second < end : second >= begin || second < end;
  const offset = daylight ? rule.daylight : rule.offset;
  // Negative daylight time is the other one's standard time.
  return [offset, rule.daylight < rule.offset ? !daylight : daylight];
}

// [offset from UTC in milliseconds, whether it is daylight time] at a time in milliseconds.
export function zoneOffset(milliseconds, name) {
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(name);
  if (fixed) return [(fixed[1] === '-' ? -1 : 1) * (fixed[2] * 60 + Number(fixed[3])) * 60000, false];
  const zone = load(name);
  if (!zone) return [0, false];
  const second = Math.floor(milliseconds / 1000);
  const { seconds: times, numbers, types, rule } = zone;
  if (rule && (times.length === 0 || second >= times[times.length - 1])) {
    const [offset, daylight] = byRule(rule, second);
    return [offset * 1000, daylight];
  }
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= second) low = middle + 1;
    else high = middle;
  }
  const [offset, daylight] = types[low === 0 ? 0 : numbers[low - 1]];
  return [offset * 1000, daylight === 1];
}

let others; // zone -> all names that are links to it

// The names of a zone in a table of CLDR, which knows each by one of its names only.
export function zoneTexts(table, name) {
  if (table[name]) return table[name];
  const zone = primaryZone(name);
  if (table[zone]) return table[zone];
  if (!others) {
    others = { __proto__: null };
    for (const link in links) (others[links[link]] ||= []).push(link);
  }
  const found = (others[zone] || []).find((other) => table[other]);
  return found && table[found];
}
