// console and print. Every call is one write.
const P = shared.primordials;
const K = shared.kinds;
const { push, join, indexOf, substring, repeat, padEnd } = P;
const { inspect } = shared;

let indent = '';
const counts = new P.Map();
const timers = new P.Map();

const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');
const shown = (value) => (typeof value === 'string' ? value : inspect(value));

function formatS(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || !isObject(value)) return inspect(value);
  return inspect(value, 0);
}

function formatD(value, parse) {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || isObject(value)) return 'NaN';
  return inspect(parse(value));
}

function formatJ(value) {
  try {
    return `${P.stringify(value)}`;
  } catch (error) {
    return native.kind(error) === K.ERROR ? '[Circular]' : 'undefined';
  }
}

// The arguments of console.log as one text, with the format specifiers of the first.
function format(args) {
  const parts = [];
  let next = 0;
  const first = args[0];
  if (typeof first === 'string' && args.length > 1 && indexOf(first, '%') >= 0) {
    let text = '';
    let start = 0;
    next = 1;
    for (let i = 0; i < first.length - 1; i++) {
      if (first[i] !== '%') continue;
      const kind = first[i + 1];
      let piece;
      if (kind === '%') piece = '%';
      else if (next >= args.length) piece = undefined;
      else if (kind === 's') piece = formatS(args[next++]);
      else if (kind === 'd') piece = formatD(args[next++], P.Number);
      else if (kind === 'i') piece = formatD(args[next++], P.parseInt);
      else if (kind === 'f') piece = typeof args[next] === 'symbol' ? (next++, 'NaN') : inspect(P.parseFloat(isObject(args[next]) ? (next++, 'NaN') : args[next++]));
      else if (kind === 'j') piece = formatJ(args[next++]);
      else if (kind === 'o') piece = inspect(args[next++], 4);
      else if (kind === 'O') piece = inspect(args[next++]);
      else if (kind === 'c') piece = (next++, '');
      if (piece === undefined) continue;
      text += substring(first, start, i) + piece;
      i++;
      start = i + 1;
    }
    push(parts, text + substring(first, start));
  }
  for (; next < args.length; next++) push(parts, shown(args[next]));
  return join(parts, ' ');
}

shared.format = format;

function indented(text) {
  if (indent === '') return text;
  let result = indent;
  let start = 0;
  for (let i = indexOf(text, '\n'); i >= 0; i = indexOf(text, '\n', start)) {
    result += substring(text, start, i + 1) + indent;
    start = i + 1;
  }
  return result + substring(text, start);
}

// Not with a template: the engine joins the parts of one with String.prototype.concat, which guest code may have replaced.
const out = (text) => native.write(1, indented(text) + '\n');
const err = (text) => native.write(2, indented(text) + '\n');

const label = (value) => (value === undefined ? 'default' : typeof value === 'string' ? value : inspect(value));

function elapsed(milliseconds) {
  if (milliseconds >= 1000) return `${P.numberToFixed(milliseconds / 1000, 3)}s`;
  return `${P.numberToFixed(milliseconds, 3)}ms`;
}

// ---- table ----

function tableRows(data) {
  const rows = [];
  const kind = native.kind(data);
  if (kind === K.MAP) {
    P.mapForEach(data, (value, key) => push(rows, { __proto__: null, index: `${rows.length}`, key, value }));
    return { __proto__: null, title: '(iteration index)', rows, map: true };
  }
  if (kind === K.SET) {
    P.setForEach(data, (value) => push(rows, { __proto__: null, index: `${rows.length}`, value }));
    return { __proto__: null, title: '(iteration index)', rows, map: false };
  }
  const keys = P.ownKeys(data);
  for (let i = 0; i < keys.length; i++) {
    const descriptor = P.getOwnPropertyDescriptor(data, keys[i]);
    if (typeof keys[i] === 'string' && descriptor !== undefined && descriptor.enumerable) {
      push(rows, { __proto__: null, index: keys[i], value: descriptor.value });
    }
  }
  return { __proto__: null, title: '(index)', rows, map: false };
}

function table(data, wanted) {
  if (!isObject(data) || native.kind(data) === K.PROXY) return out(shown(data));
  const { title, rows, map } = tableRows(data);
  const columns = [];
  const seen = new P.Map();
  const column = (name) => {
    if (!P.mapHas(seen, name)) {
      P.mapSet(seen, name, columns.length);
      push(columns, { __proto__: null, name, cells: [] });
    }
    return columns[P.mapGet(seen, name)];
  };
  if (wanted !== undefined && native.kind(wanted) === K.ARRAY) {
    for (let i = 0; i < wanted.length; i++) column(shown(wanted[i]));
  }
  const fixed = columns.length > 0;
  const values = { __proto__: null, name: 'Values', cells: [] };
  const keyColumn = { __proto__: null, name: 'Key', cells: [] };
  let hasValues = false;
  for (let r = 0; r < rows.length; r++) {
    const value = rows[r].value;
    if (map) keyColumn.cells[r] = inspect(rows[r].key, 0);
    if (!map && isObject(value) && typeof value !== 'function' && native.kind(value) !== K.PROXY) {
      const keys = P.ownKeys(value);
      for (let i = 0; i < keys.length; i++) {
        const descriptor = P.getOwnPropertyDescriptor(value, keys[i]);
        if (typeof keys[i] !== 'string' || descriptor === undefined || !descriptor.enumerable) continue;
        if (fixed && !P.mapHas(seen, keys[i])) continue;
        column(keys[i]).cells[r] = descriptor.get !== undefined ? '[Getter]' : inspect(descriptor.value, 0);
      }
    } else {
      hasValues = true;
      values.cells[r] = inspect(value, 0);
    }
  }
  const all = [{ __proto__: null, name: title, cells: [] }];
  for (let r = 0; r < rows.length; r++) all[0].cells[r] = rows[r].index;
  if (map) push(all, keyColumn);
  for (let i = 0; i < columns.length; i++) push(all, columns[i]);
  if (hasValues) push(all, values);

  const widths = [];
  for (let i = 0; i < all.length; i++) {
    widths[i] = all[i].name.length;
    for (let r = 0; r < rows.length; r++) {
      const cell = all[i].cells[r];
      if (cell !== undefined && cell.length > widths[i]) widths[i] = cell.length;
    }
  }
  const rule = (left, middle, right) => {
    const parts = [];
    for (let i = 0; i < widths.length; i++) push(parts, repeat('─', widths[i] + 2));
    return left + join(parts, middle) + right;
  };
  const line = (cellOf) => {
    const parts = [];
    for (let i = 0; i < all.length; i++) push(parts, ` ${padEnd(cellOf(all[i]), widths[i])} `);
    return `│${join(parts, '│')}│`;
  };
  const lines = [rule('┌', '┬', '┐'), line((c) => c.name), rule('├', '┼', '┤')];
  for (let r = 0; r < rows.length; r++) push(lines, line((c) => (c.cells[r] === undefined ? '' : c.cells[r])));
  push(lines, rule('└', '┴', '┘'));
  return out(join(lines, '\n'));
}

// ---- console ----

const console = {
  log(...args) { out(format(args)); },
  info(...args) { out(format(args)); },
  debug(...args) { out(format(args)); },
  warn(...args) { err(format(args)); },
  error(...args) { err(format(args)); },
  trace(...args) {
    const text = format(args);
    const frames = native.frames(new P.Error());
    err(`Trace${text === '' ? '' : `: ${text}`}${frames === '' ? '' : `\n${substring(frames, 0, -1)}`}`);
  },
  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') args[0] = `Assertion failed: ${args[0]}`;
    else {
      const rest = ['Assertion failed'];
      for (let i = 0; i < args.length; i++) push(rest, args[i]);
      args = rest;
    }
    err(format(args));
  },
  dir(value, options) {
    let depth = 2;
    if (isObject(options) && native.kind(options) !== K.PROXY) {
      const wanted = shared.ownData(options, 'depth');
      if (wanted === null) depth = Infinity;
      else if (typeof wanted === 'number') depth = wanted;
    }
    out(inspect(value, depth));
  },
  dirxml(...args) { out(format(args)); },
  table,
  count(name) {
    const key = label(name);
    const count = (P.mapGet(counts, key) || 0) + 1;
    P.mapSet(counts, key, count);
    out(`${key}: ${count}`);
  },
  countReset(name) {
    const key = label(name);
    if (!P.mapHas(counts, key)) err(`Count for '${key}' does not exist`);
    else P.mapDelete(counts, key);
  },
  group(...args) {
    if (args.length > 0) out(format(args));
    if (indent.length < 200) indent += '  ';
  },
  groupEnd() { indent = substring(indent, 0, P.max(indent.length - 2, 0)); },
  time(name) {
    const key = label(name);
    if (P.mapHas(timers, key)) err(`Warning: Label '${key}' already exists for console.time()`);
    else P.mapSet(timers, key, now());
  },
  timeLog(name, ...args) {
    const key = label(name);
    if (!P.mapHas(timers, key)) err(`Warning: No such label '${key}' for console.timeLog()`);
    else out(`${key}: ${elapsed(now() - P.mapGet(timers, key))}${args.length > 0 ? ` ${format(args)}` : ''}`);
  },
  timeEnd(name) {
    const key = label(name);
    if (!P.mapHas(timers, key)) err(`Warning: No such label '${key}' for console.timeEnd()`);
    else {
      out(`${key}: ${elapsed(now() - P.mapGet(timers, key))}`);
      P.mapDelete(timers, key);
    }
  },
};
const now = P.apply(Function.prototype.bind, performance.now, [performance]);
console.groupCollapsed = console.group;
P.defineProperty(console, P.toStringTag, { __proto__: null, value: 'console', writable: false, enumerable: false, configurable: true });

shared.global('console', console);

// The arguments as text, joined by spaces, and a line end.
shared.global('print', function print(...args) {
  const parts = [];
  for (let i = 0; i < args.length; i++) push(parts, shown(args[i]));
  native.write(1, `${join(parts, ' ')}\n`);
});
