// Which pattern a DateTimeFormat has. FormatJS scores ready-made patterns; this is the algorithm of UTS #35 ("Matching
// Skeletons") as ICU has it: dates and times are matched apart, fields get the widths that were asked for, missing fields
// are appended, and the connector of the locale joins the two.

const NUMERIC = 0x100;
const NARROW = -0x101, SHORT = -0x103, LONG = -0x104;
const EXTRA = 0x10000, MISSING = 0x1000;

// Letters of patterns: what field each is of, and how far it is from the field's other letters.
const FIELD = { __proto__: null, G: 'era', y: 'year', u: 'year', r: 'year', M: 'month', L: 'month', E: 'weekday', c: 'weekday',
  e: 'weekday', d: 'day', a: 'period', b: 'period', B: 'period', H: 'hour', k: 'hour', h: 'hour', K: 'hour', m: 'minute', s: 'second',
  S: 'fraction', v: 'zone', z: 'zone', O: 'zone', V: 'zone', Z: 'zone' };
const DELTA = { __proto__: null, L: 1, c: 2, B: -3, b: -1, H: 10, k: 11, K: 1, v: -2, O: -1 };
const DATE = ['era', 'year', 'month', 'weekday', 'day'];
const TIME = ['period', 'hour', 'minute', 'second', 'fraction', 'zone'];
const ALL = [...DATE, ...TIME];

function typeOf(letter, length) {
  const shift = (DELTA[letter] || 0) * 0x10;
  if ('yurdHkhKmsS'.includes(letter)) return NUMERIC + shift + length;
  if ('ML'.includes(letter) && length < 3) return NUMERIC + shift + length;
  const width = length === 5 ? NARROW : length === 4 ? LONG : SHORT;
  return width + (shift < 0 ? shift : -shift);
}

// The fields of a skeleton or a pattern: name -> {letter, length, type}; quoted text is skipped.
export function fieldsOf(pattern) {
  const fields = { __proto__: null };
  for (const [letter, length] of tokens(pattern)) {
    if (length && FIELD[letter] && !fields[FIELD[letter]]) fields[FIELD[letter]] = { letter, length, type: typeOf(letter, length) };
  }
  const hour = fields.hour;
  if (hour && 'hK'.includes(hour.letter) && !fields.period) fields.period = { letter: 'a', length: 1, type: typeOf('a', 1), implied: true };
  return fields;
}

// A pattern as [letter, length] for its fields and [text, 0] for what is between them, still quoted.
function tokens(pattern) {
  const list = [];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i];
    let end = i + 1;
    if (c === "'") {
      end = pattern.indexOf("'", i + 1) + 1 || pattern.length;
      list.push([pattern.slice(i, end), 0]);
    } else if (/[A-Za-z]/.test(c)) {
      while (pattern[end] === c) end++;
      list.push([c, end - i]);
    } else {
      list.push([c, 0]);
    }
    i = end;
  }
  return list;
}

const CANONICAL = ['G', 'y', 'M', 'E', 'd', 'H', 'm', 's', 'S', 'v'];

export class Formats {
  // `skeletons` are the locale's available formats, `styles` the patterns of its styles, which are matched, too.
  constructor(skeletons, intervals, connectors, hourCycle12, styles) {
    this.intervals = intervals;
    this.connectors = connectors;
    this.letter12 = hourCycle12 === 'h11' ? 'K' : 'h';
    this.list = CANONICAL.map((letter) => ({ pattern: letter, fields: fieldsOf(letter), specified: false }));
    const bases = { __proto__: null };
    for (const pattern of styles) {
      const fields = fieldsOf(pattern);
      const base = ALL.map((name) => fields[name] && name + (fields[name].type > 0 ? fields[name].letter : fields[name].type)).join();
      if (!bases[base]) this.list.push({ pattern, fields, specified: false });
      bases[base] = true;
    }
    for (const skeleton in skeletons) {
      const entry = { pattern: skeletons[skeleton], fields: fieldsOf(skeleton), specified: true };
      const same = this.list.findIndex(({ fields }) => ALL.every((name) => (fields[name] && fields[name].type) === (entry.fields[name] && entry.fields[name].type)));
      if (same >= 0) this.list[same] = entry;
      else this.list.push(entry);
    }
  }

  // The nearest entry to those of `wanted` that `names` lists, and what it lacks.
  nearest(wanted, names) {
    let best = Infinity, found, lacks;
    for (const entry of this.list) {
      let distance = 0;
      const missing = [];
      for (const name of ALL) {
        const mine = names.includes(name) && wanted[name] ? wanted[name].type : 0;
        const other = entry.fields[name] ? entry.fields[name].type : 0;
        if (mine === other) continue;
        if (mine === 0) {
          distance += EXTRA;
        } else if (other === 0) {
          distance += MISSING;
          missing.push(name);
        } else {
          distance += Math.abs(mine - other);
        }
      }
      if (distance < best) {
        best = distance;
        found = entry;
        lacks = missing;
        if (distance === 0) break;
      }
    }
    return { entry: found, missing: lacks };
  }

  // The best pattern for the fields `names` of `wanted`.
  best(wanted, names) {
    names = names.filter((name) => wanted[name]);
    if (names.length === 0) return '';
    let { entry, missing } = this.nearest(wanted, names);
    let pattern = adjust(entry, wanted);
    while (missing.length > 0) {
      if (missing.length === 1 && missing[0] === 'fraction' && wanted.second) break; // FormatJS puts it behind the seconds
      const before = missing;
      ({ entry, missing } = this.nearest(wanted, before));
      if (missing.length === before.length) break;
      if (before.length === 1 && before[0] === 'period' && wanted.period.implied) break;
      pattern = `${pattern} ${adjust(entry, wanted)}`;
    }
    return pattern;
  }

  pattern(wanted) {
    const names = ALL.filter((name) => wanted[name]);
    const { entry, missing } = this.nearest(wanted, names);
    if (missing.length === 0) return adjust(entry, wanted);
    const date = this.best(wanted, DATE);
    const time = this.best(wanted, TIME);
    if (!date || !time) return date || time;
    return this.connector(wanted).replace('{1}', () => date).replace('{0}', () => time);
  }

  connector(wanted) {
    const month = wanted.month && wanted.month.length;
    const style = month === 4 ? wanted.weekday ? 'full' : 'long' : month === 3 ? 'medium' : 'short';
    return this.connectors[style];
  }

  // The patterns of a range, {letter of the largest field that differs: pattern}, or undefined.
  rangesFor(pattern) {
    const wanted = fieldsOf(pattern);
    const names = ALL.filter((name) => wanted[name]);
    const date = names.filter((name) => DATE.includes(name));
    const time = names.filter((name) => TIME.includes(name));
    if (wanted.second || wanted.fraction) return undefined;
    const only = (fields) => {
      const part = { __proto__: null };
      for (const name of fields) part[name] = wanted[name];
      return part;
    };
    if (time.length === 0) return this.nearestRange(only(date));
    const ranges = this.nearestRange(only(time));
    if (!ranges || date.length === 0) return ranges;
    const single = this.best(wanted, DATE);
    const joined = { __proto__: null };
    for (const letter in ranges) joined[letter] = this.connector(wanted).replace('{1}', () => single).replace('{0}', () => ranges[letter]);
    return joined;
  }

  nearestRange(wanted) {
    let best = Infinity, found;
    for (const skeleton in this.intervals) {
      if (typeof this.intervals[skeleton] !== 'object') continue;
      const fields = fieldsOf(skeleton);
      let distance = 0;
      for (const name of ALL) {
        const mine = wanted[name], other = fields[name];
        if (!mine !== !other) {
          distance = Infinity;
          break;
        }
        if (!mine) continue;
        // Letters and numbers are never the same skeleton.
        const numeric = mine.type > 0;
        distance += Math.abs(mine.type - other.type) + (numeric !== other.type > 0 ? MISSING : 0);
      }
      if (distance < best) {
        best = distance;
        found = skeleton;
      }
    }
    if (found === undefined || best >= MISSING) return undefined;
    const ranges = { __proto__: null };
    for (const letter in this.intervals[found]) {
      ranges[letter] = adjust({ pattern: this.intervals[found][letter], fields: fieldsOf(found), specified: true }, wanted);
    }
    return ranges;
  }
}

// The pattern of an entry with the widths that `wanted` has. Where a field is as in the entry's skeleton, the pattern knows
// better: yMd may be dd.MM.y.
function adjust(entry, wanted) {
  let text = '';
  for (const [letter, length] of tokens(entry.pattern)) {
    const name = length ? FIELD[letter] : undefined;
    const asked = name && wanted[name];
    if (!asked) {
      text += length ? letter.repeat(length) : letter;
      continue;
    }
    let size = asked.length;
    if (name === 'weekday' && size < 3 && asked.letter === 'E') size = 3;
    const given = entry.fields[name];
    if (name === 'minute' || name === 'second') {
      size = length;
    } else if (given && entry.specified && (given.length === asked.length || typeOf(letter, length) > 0 !== given.type > 0)) {
      size = length;
    }
    const same = name === 'hour' || name === 'month' || name === 'weekday';
    text += (same ? letter : asked.letter).repeat(size);
  }
  return text;
}

const WIDTH = { __proto__: null, numeric: 1, '2-digit': 2, short: 3, long: 4, narrow: 5 };
const ZONES = { __proto__: null, short: ['z', 1], long: ['z', 4], shortOffset: ['O', 1], longOffset: ['O', 4], shortGeneric: ['v', 1],
  longGeneric: ['v', 4] };

// The fields that options of a DateTimeFormat ask for.
export function fieldsOfOptions(options, hourLetter) {
  const wanted = { __proto__: null };
  const put = (name, letter, length, implied) => {
    wanted[name] = { letter, length, type: typeOf(letter, length), implied };
  };
  if (options.era) put('era', 'G', options.era === 'short' ? 1 : WIDTH[options.era]);
  if (options.year) put('year', 'y', WIDTH[options.year]);
  if (options.month) put('month', 'M', WIDTH[options.month]);
  if (options.weekday) put('weekday', 'E', options.weekday === 'short' ? 3 : WIDTH[options.weekday]);
  if (options.day) put('day', 'd', WIDTH[options.day]);
  if (options.hour) put('hour', hourLetter, WIDTH[options.hour]);
  if (options.minute) put('minute', 'm', WIDTH[options.minute]);
  if (options.second) put('second', 's', WIDTH[options.second]);
  if (options.fractionalSecondDigits) put('fraction', 'S', options.fractionalSecondDigits);
  if (options.timeZoneName) put('zone', ...ZONES[options.timeZoneName]);
  const half = options.hour && 'hK'.includes(hourLetter);
  if (options.dayPeriod && (half || !options.hour)) put('period', 'B', options.dayPeriod === 'short' ? 1 : WIDTH[options.dayPeriod]);
  else if (half) put('period', 'a', 1, true);
  return wanted;
}

// The format that BestFitFormatMatcher of FormatJS returns. `parse` is its parseDateTimeSkeleton.
export function chooseFormat(options, formats, parse) {
  const wanted = fieldsOfOptions(options, options.hour12 ? formats.letter12 : 'H');
  const format = finish(formats.pattern(wanted), formats, parse);
  if (wanted.zone) format.timeZoneName = options.timeZoneName;
  return format;
}

function finish(raw, formats, parse, ranges = formats.rangesFor(raw)) {
  const format = parse(raw, raw, ranges, formats.intervals.intervalFormatFallback);
  format.pattern = format.pattern12;
  format.rangePatterns = format.rangePatterns12;
  format.standaloneMonth = tokens(raw).some(([letter, length]) => length > 0 && letter === 'L');
  return format;
}

// What dateStyle and timeStyle stand for (DateTimeStyleFormat of FormatJS).
export function styleFormat(dateStyle, timeStyle, data, formats, hour12, parse) {
  const date = dateStyle && data.dateFormat[dateStyle].rawPattern;
  let time = timeStyle && data.timeFormat[timeStyle].rawPattern;
  if (time && hour12 !== undefined) {
    const wanted = fieldsOf(time);
    if ('hK'.includes(wanted.hour.letter) !== hour12) {
      const letter = hour12 ? formats.letter12 : 'H';
      const { length } = wanted.hour;
      wanted.hour = { letter, length, type: typeOf(letter, length) };
      if (hour12) wanted.period = { letter: 'a', length: 1, type: typeOf('a', 1), implied: true };
      else delete wanted.period;
      time = formats.pattern(wanted);
    }
  }
  if (!date || !time) return finish(date || time, formats, parse);
  const connector = formats.connectors[dateStyle];
  const join = (part) => connector.replace('{1}', () => date).replace('{0}', () => part);
  const ranges = formats.rangesFor(time);
  for (const letter in ranges) ranges[letter] = join(ranges[letter]);
  return finish(join(time), formats, parse, ranges);
}

// An offset from UTC as a locale writes it.
export function offsetText(gmtFormat, hourFormat, milliseconds, style, number) {
  const total = Math.abs(Math.trunc(milliseconds / 1000));
  if (total === 0) return gmtFormat.replace('{0}', '').trim();
  const long = style === 'long' || style === 'longOffset';
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600), minutes = Math.floor(total / 60) % 60, rest = total % 60;
  let pattern = hourFormat.split(';')[milliseconds < 0 ? 1 : 0];
  if (!long) pattern = pattern.replace(/\u200e$/, '');
  const separator = /H([^Hm]*)m/.exec(pattern)[1];
  let text = long ? two(hours) : String(hours);
  if (long || minutes || rest) text += separator + two(minutes);
  if (rest) text += separator + two(rest);
  text = text.replace(/\d/g, (digit) => number.format(digit));
  return gmtFormat.replace('{0}', pattern.replace(/H+[^Hm]*m+/, () => text));
}

// Calendars that a standard engine has and this one has no data of.
const CALENDARS = ['buddhist', 'chinese', 'coptic', 'dangi', 'ethioaa', 'ethiopic', 'ethiopic-amete-alem', 'hebrew', 'indian', 'islamic',
  'islamic-civil', 'islamic-rgsa', 'islamic-tbla', 'islamic-umalqura', 'islamicc', 'japanese', 'persian', 'roc'];
export function checkCalendar(calendar, locales) {
  const asked = calendar || (locales.length > 0 ? /-u-(?:.*-)?ca-([a-z0-9-]{3,}?)(?:-[a-z0-9]{2}(?:-|$)|-x-|$)/.exec(locales[0])?.[1] : undefined);
  if (asked !== undefined && CALENDARS.includes(asked.toLowerCase())) {
    throw new RangeError(`the calendar ${asked} is not available in the sandbox; use calendar: 'gregory' or 'iso8601'`);
  }
}
