// Values as text, in the manner of Node's util.inspect. Guest code never runs in here: getters are not called, proxies
// are looked through by the shim, and every built-in is one that was taken before guest code could replace it.
const P = shared.primordials;
const K = shared.kinds;
const { push, join, charCodeAt, indexOf, substring, repeat, exec, is } = P;

const WIDTH = 80; // a group that fits in this many columns stays on one line
const MAX_ITEMS = 100;
const MAX_TEXT = 10000;
const TOTAL_LIMIT = 4 * 1024 * 1024; // characters of one inspection, whatever the value

const STRING_ESCAPES = {
  __proto__: null, '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\',
};
const PLAIN_TEXT = /^[\x20-\x26\x28-\x5b\x5d-\x7e\xa0-\ud7ff\ue000-\uffff]*$/;
const IDENTIFIER = /^[a-zA-Z_$][a-zA-Z_$0-9]*$/;
const matches = (regexp, text) => exec(regexp, text) !== null;

function quote(text) {
  let mark = "'";
  if (indexOf(text, "'") >= 0) {
    if (indexOf(text, '"') < 0) mark = '"';
    else if (indexOf(text, '`') < 0 && indexOf(text, '${') < 0) mark = '`';
  }
  if (matches(PLAIN_TEXT, text)) return mark + text + mark;
  let result = mark;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const code = charCodeAt(text, i);
    if (c === mark) result += '\\' + c;
    else if (STRING_ESCAPES[c] !== undefined) result += STRING_ESCAPES[c];
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) result += '\\x' + (code < 16 ? '0' : '') + hex(code);
    else if (code >= 0xd800 && code <= 0xdfff) {
      const next = i + 1 < text.length ? charCodeAt(text, i + 1) : 0;
      if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) result += c + text[++i];
      else result += '\\u' + hex(code);
    } else result += c;
  }
  return result + mark;
}

function hex(number) {
  const digits = '0123456789ABCDEF';
  let text = '';
  do {
    text = digits[number & 15] + text;
    number >>>= 4;
  } while (number > 0);
  return text;
}

const formatNumber = (number) => (is(number, -0) ? '-0' : `${number}`);

function formatPrimitive(value, state, nested) {
  switch (typeof value) {
    case 'string': {
      if (!nested) return quote(value);
      let text = value;
      let more = '';
      if (text.length > MAX_TEXT) {
        const rest = text.length - MAX_TEXT;
        text = substring(text, 0, MAX_TEXT);
        more = `... ${rest} more character${rest > 1 ? 's' : ''}`;
      }
      // A long text inside a container is split at its line ends.
      if (text.length > 16 && text.length > WIDTH - state.indent - 10 && indexOf(text, '\n') >= 0) {
        const lines = [];
        let start = 0;
        for (let i = indexOf(text, '\n'); i >= 0 && i < text.length - 1; i = indexOf(text, '\n', start)) {
          push(lines, quote(substring(text, start, i + 1)));
          start = i + 1;
        }
        push(lines, quote(substring(text, start)));
        return join(lines, ` +\n${repeat(' ', state.indent + 2)}`) + more;
      }
      return quote(text) + more;
    }
    case 'number': return formatNumber(value);
    case 'bigint': return `${value}n`;
    case 'symbol': return P.symbolToString(value);
    case 'undefined': return 'undefined';
    case 'boolean': return value ? 'true' : 'false';
    default: return 'null';
  }
}

// An own data property, or undefined.
function ownData(object, key) {
  const descriptor = P.getOwnPropertyDescriptor(object, key);
  return descriptor !== undefined && P.hasOwn(descriptor, 'value') ? descriptor.value : undefined;
}

// The prototype, without asking a proxy.
const prototypeOf = (object) => (native.kind(object) === K.PROXY ? null : P.getPrototypeOf(object));

// The name of the class an object belongs to, or null for one without a prototype.
function constructorName(object) {
  for (let o = object, depth = 0; o !== null && depth < 1000; o = prototypeOf(o), depth++) {
    if (native.kind(o) === K.PROXY) return '';
    const constructor = ownData(o, 'constructor');
    if (typeof constructor === 'function' && native.kind(constructor) !== K.PROXY) {
      const name = ownData(constructor, 'name');
      const proto = ownData(constructor, 'prototype');
      if (typeof name === 'string' && name !== '' && (proto === undefined || proto === o || o !== object)) {
        return name;
      }
    }
  }
  return prototypeOf(object) === null ? null : '';
}

// Symbol.toStringTag where it is a plain string somewhere on the prototype chain.
function tagOf(object) {
  for (let o = object, depth = 0; o !== null && depth < 1000; o = prototypeOf(o), depth++) {
    if (native.kind(o) === K.PROXY) return '';
    const descriptor = P.getOwnPropertyDescriptor(o, P.toStringTag);
    if (descriptor !== undefined) return typeof descriptor.value === 'string' ? descriptor.value : '';
  }
  return '';
}

function prefix(name, tag, fallback, size) {
  const sized = size === undefined ? '' : `(${size})`;
  if (name === null) {
    const tagged = tag !== '' && tag !== fallback ? ` [${tag}]` : '';
    return `[${fallback}${sized}: null prototype]${tagged} `;
  }
  const shown = name === '' ? fallback : name;
  return `${shown}${sized}${tag !== '' && tag !== shown ? ` [${tag}]` : ''} `;
}

function formatKey(key) {
  if (typeof key === 'symbol') return `[${P.symbolToString(key)}]`;
  return matches(IDENTIFIER, key) ? key : quote(key);
}

function formatDescriptor(descriptor, state, depth) {
  if (P.hasOwn(descriptor, 'value')) return formatValue(descriptor.value, state, depth, true);
  if (descriptor.get !== undefined) return descriptor.set !== undefined ? '[Getter/Setter]' : '[Getter]';
  return descriptor.set !== undefined ? '[Setter]' : 'undefined';
}

const isIndex = (key) => typeof key === 'string' && matches(/^(0|[1-9][0-9]{0,9})$/, key);

// The own enumerable properties that are not indices, each as "key: value".
function formatProperties(object, state, depth, output, skipIndices, skip) {
  const keys = skipIndices ? native.namedKeys(object) : P.ownKeys(object);
  let shown = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (skipIndices && isIndex(key)) continue;
    if (skip !== undefined && skip(key)) continue;
    const descriptor = P.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    if (shown === 1000 || state.budget < 0) {
      push(output, '... more properties');
      return;
    }
    shown++;
    const name = formatKey(key);
    state.indent += 2;
    const text = formatDescriptor(descriptor, state, depth);
    state.indent -= 2;
    push(output, `${name}: ${text}`);
  }
}

const more = (count) => `... ${count} more item${count > 1 ? 's' : ''}`;

function formatArray(array, length, state, depth, output) {
  const shown = P.min(MAX_ITEMS, length);
  let printed = 0;
  let i = 0;
  for (; i < length && printed < shown; printed++) {
    const descriptor = P.getOwnPropertyDescriptor(array, `${i}`);
    if (descriptor === undefined) {
      // A hole: count how far it goes, but not over a huge sparse array.
      let end = i + 1;
      const limit = P.min(length, i + 100000);
      while (end < limit && P.getOwnPropertyDescriptor(array, `${end}`) === undefined) end++;
      if (end === limit && limit < length) end = nextIndex(array, end, length);
      const count = end - i;
      push(output, `<${count} empty item${count > 1 ? 's' : ''}>`);
      i = end;
      continue;
    }
    state.indent += 2;
    push(output, formatDescriptor(descriptor, state, depth));
    state.indent -= 2;
    i++;
    if (state.budget < 0) break;
  }
  if (i < length) push(output, more(length - i));
}

// The first index from `from` on that a sparse array has.
function nextIndex(array, from, length) {
  const keys = P.ownKeys(array);
  for (let i = 0; i < keys.length; i++) {
    if (!isIndex(keys[i])) break;
    const index = +keys[i];
    if (index >= from && index < length) return index;
  }
  return length;
}

function formatTypedArray(array, length, state, output) {
  const shown = P.min(MAX_ITEMS, length);
  for (let i = 0; i < shown; i++) {
    const value = array[i];
    push(output, typeof value === 'bigint' ? `${value}n` : formatNumber(value));
  }
  if (length > shown) push(output, more(length - shown));
  state.budget -= shown;
}

function formatBytes(buffer, output) {
  const size = P.bufferLength(buffer);
  const bytes = new P.Uint8Array(buffer, 0, P.min(size, 50));
  const parts = [];
  for (let i = 0; i < P.typedArrayLength(bytes); i++) push(parts, (bytes[i] < 16 ? '0' : '') + P.toLowerCase(hex(bytes[i])));
  const rest = size > 50 ? ` ... ${size - 50} more byte${size > 51 ? 's' : ''}` : '';
  push(output, `[Uint8Contents]: <${join(parts, ' ')}${rest}>`, `byteLength: ${size}`);
}

function formatMap(map, state, depth, output) {
  let count = 0;
  state.indent += 2;
  P.mapForEach(map, (value, key) => {
    if (count++ < MAX_ITEMS && state.budget >= 0) {
      push(output, `${formatValue(key, state, depth, true)} => ${formatValue(value, state, depth, true)}`);
    }
  });
  state.indent -= 2;
  if (count > MAX_ITEMS) push(output, more(count - MAX_ITEMS));
}

function formatSet(set, state, depth, output) {
  let count = 0;
  state.indent += 2;
  P.setForEach(set, (value) => {
    if (count++ < MAX_ITEMS && state.budget >= 0) push(output, formatValue(value, state, depth, true));
  });
  state.indent -= 2;
  if (count > MAX_ITEMS) push(output, more(count - MAX_ITEMS));
}

function formatPromise(promise, state, depth, output) {
  const settled = native.promiseState(promise);
  if (settled === 0) {
    push(output, '<pending>');
    return;
  }
  state.indent += 2;
  const text = formatValue(native.promiseResult(promise), state, depth, true);
  state.indent -= 2;
  push(output, settled === 2 ? `<rejected> ${text}` : text);
}

function functionBase(f, name, tag) {
  const source = P.functionToString(f);
  if (matches(/^class\b/, source)) {
    const own = ownData(f, 'name');
    const parent = prototypeOf(f);
    const parentName = typeof parent === 'function' && native.kind(parent) !== K.PROXY ? ownData(parent, 'name') : '';
    const title = typeof own === 'string' && own !== '' ? `class ${own}` : 'class (anonymous)';
    return `[${title}${typeof parentName === 'string' && parentName !== '' ? ` extends ${parentName}` : ''}]`;
  }
  let type = 'Function';
  if (matches(/^async\s+function\s*\*|^async\s*\*/, source)) type = 'AsyncGeneratorFunction';
  else if (matches(/^async\b/, source)) type = 'AsyncFunction';
  else if (matches(/^(function\s*\*|\*)/, source)) type = 'GeneratorFunction';
  const own = ownData(f, 'name');
  const title = typeof own === 'string' && own !== '' ? `${type}: ${own}` : `${type} (anonymous)`;
  const nullProto = name === null ? ' [null prototype]' : '';
  return `[${title}]${nullProto}${tag !== '' && tag !== type ? ` [${tag}]` : ''}`;
}

// A string property of an error, own or inherited, without calling getters.
function errorText(error, key) {
  for (let o = error, depth = 0; o !== null && depth < 1000; o = prototypeOf(o), depth++) {
    if (native.kind(o) === K.PROXY) return undefined;
    const descriptor = P.getOwnPropertyDescriptor(o, key);
    if (descriptor !== undefined) {
      const value = descriptor.value;
      return typeof value === 'string' ? value : value === undefined || typeof value === 'object' ? undefined
        : typeof value === 'symbol' ? P.symbolToString(value) : `${value}`;
    }
  }
  return undefined;
}

function errorBase(error, name) {
  const isDOM = native.kind(error) === K.DOM_EXCEPTION;
  const own = isDOM ? P.domName(error) : errorText(error, 'name');
  let title = own === undefined || own === '' ? 'Error' : own;
  // A subclass that did not set a name is shown by the name of its class.
  if (title === 'Error' && typeof name === 'string' && name !== '' && name !== 'Error') title = name;
  const message = isDOM ? P.domMessage(error) : errorText(error, 'message');
  let text = message === undefined || message === '' ? title : `${title}: ${message}`;
  const frames = native.frames(error);
  if (frames !== '') text += `\n${substring(frames, 0, -1)}`;
  return text;
}

function indentLines(text, indent) {
  if (indent === 0 || indexOf(text, '\n') < 0) return text;
  const pad = repeat(' ', indent);
  let result = '';
  let start = 0;
  for (let i = indexOf(text, '\n'); i >= 0; i = indexOf(text, '\n', start)) {
    result += substring(text, start, i + 1) + pad;
    start = i + 1;
  }
  return result + substring(text, start);
}

function formatError(error, state, depth, name, output) {
  const base = errorBase(error, name);
  formatProperties(error, state, depth, output, false,
    (key) => key === 'stack' || key === 'message' || key === 'cause' || key === 'errors' || (key === 'name' && ownData(error, 'name') !== undefined));
  // cause and errors are not enumerable, and all the more worth showing.
  const cause = P.getOwnPropertyDescriptor(error, 'cause');
  state.indent += 2;
  if (cause !== undefined) push(output, `[cause]: ${formatDescriptor(cause, state, depth)}`);
  const errors = ownData(error, 'errors');
  if (errors !== undefined && native.kind(errors) === K.ARRAY) push(output, `[errors]: ${formatValue(errors, state, depth, true)}`);
  state.indent -= 2;
  const text = indentLines(base, state.indent);
  return state.indent > 0 && native.frames(error) === '' ? `[${text}]` : text;
}

const boxedValue = (value) => {
  try { return P.numberValue(value); } catch { /* another kind */ }
  try { return P.stringValue(value); } catch { /* another kind */ }
  try { return P.booleanValue(value); } catch { /* another kind */ }
  try { return P.bigintValue(value); } catch { /* another kind */ }
  return P.symbolValue(value);
};

// Short entries of a long array go side by side, in columns.
function groupEntries(output, state, hasMore, values) {
  let total = 0;
  let longest = 0;
  const count = hasMore ? output.length - 1 : output.length;
  const widths = [];
  for (let i = 0; i < count; i++) {
    widths[i] = output[i].length;
    total += widths[i] + 2;
    if (longest < widths[i]) longest = widths[i];
  }
  const actual = longest + 2;
  if (!(actual * 3 + state.indent < WIDTH && (total / actual > 5 || longest <= 6))) return output;
  const bias = P.max(actual - 3 - P.sqrt(actual - total / output.length), 1);
  const columns = P.min(P.round(P.sqrt(2.5 * bias * count) / bias), P.floor((WIDTH - state.indent) / actual), 12);
  if (columns <= 1) return output;
  const columnWidths = [];
  for (let i = 0; i < columns; i++) {
    let width = 0;
    for (let j = i; j < count; j += columns) if (widths[j] > width) width = widths[j];
    columnWidths[i] = width + 2;
  }
  let numeric = true;
  for (let i = 0; i < count && numeric; i++) {
    const value = values === undefined ? undefined : ownData(values, `${i}`);
    numeric = typeof value === 'number' || typeof value === 'bigint';
  }
  const rows = [];
  for (let i = 0; i < count; i += columns) {
    const end = P.min(i + columns, count);
    let row = '';
    let j = i;
    for (; j < end - 1; j++) {
      const cell = `${output[j]}, `;
      row += numeric ? P.padStart(cell, columnWidths[j - i]) : P.padEnd(cell, columnWidths[j - i]);
    }
    row += numeric ? P.padStart(output[j], columnWidths[j - i] - 2) : output[j];
    push(rows, row);
  }
  if (hasMore) push(rows, output[count]);
  return rows;
}

// Joins the entries on one line where they are short and few levels deep, on several otherwise.
function layOut(output, base, open, close, state, level, grouped) {
  const start = base === '' ? '' : `${base} `;
  if (!grouped) {
    // Up to three inner levels are folded onto one line.
    if (state.level - level < 3) {
      let total = 2 * output.length + open.length + base.length + state.indent + 10;
      let single = true;
      for (let i = 0; i < output.length && single; i++) {
        total += output[i].length;
        if (total > WIDTH || indexOf(output[i], '\n') >= 0) single = false;
      }
      if (single && (base === '' || indexOf(base, '\n') < 0)) return `${start}${open} ${join(output, ', ')} ${close}`;
    }
  }
  const pad = `\n${repeat(' ', state.indent)}`;
  return `${start}${open}${pad}  ${join(output, `,${pad}  `)}${pad}${close}`;
}

function formatObject(value, state, depth) {
  const kind = native.kind(value);
  if (kind === K.PROXY) {
    const target = native.proxyTarget(value);
    if (target === null) return '<Revoked Proxy>';
    if (depth > 50) return '[Proxy]';
    return formatValue(target, state, depth, true);
  }
  for (let i = 0; i < state.seen.length; i++) {
    if (state.seen[i] === value) {
      let index = 0;
      while (index < state.circular.length && state.circular[index] !== value) index++;
      if (index === state.circular.length) push(state.circular, value);
      return `[Circular *${index + 1}]`;
    }
  }

  const name = constructorName(value);
  let tag = tagOf(value);
  if (tag === name) tag = '';
  const output = [];
  let base = '';
  let open = '{';
  let close = '}';
  let fill = null;
  let isList = false;
  let noProperties = false;
  let skipIndices = false;
  let shortName = name === null ? '[Object: null prototype]' : name === '' ? 'Object' : name;
  let hasMore = false;
  let items;

  switch (kind) {
    case K.ARRAY: {
      const length = value.length;
      open = name === 'Array' && tag === '' ? '[' : `${prefix(name, tag, 'Array', length)}[`;
      close = ']';
      isList = true;
      skipIndices = true;
      hasMore = length > MAX_ITEMS;
      fill = () => formatArray(value, length, state, depth + 1, output);
      shortName = name === null ? '[Array: null prototype]' : name || 'Array';
      items = value;
      break;
    }
    case K.TYPED_ARRAY: {
      const type = P.typedArrayTag(value);
      const length = P.typedArrayLength(value);
      open = `${prefix(name, tag === type ? '' : tag, type, length)}[`;
      close = ']';
      isList = true;
      skipIndices = true;
      hasMore = length > MAX_ITEMS;
      fill = () => formatTypedArray(value, length, state, output);
      items = value;
      break;
    }
    case K.MAP:
      open = `${prefix(name, tag, 'Map', P.mapSize(value))}{`;
      fill = () => formatMap(value, state, depth + 1, output);
      break;
    case K.SET:
      open = `${prefix(name, tag, 'Set', P.setSize(value))}{`;
      fill = () => formatSet(value, state, depth + 1, output);
      break;
    case K.FUNCTION:
      base = functionBase(value, name, tag);
      noProperties = true;
      break;
    case K.REGEXP: {
      base = `/${P.regexpSource(value)}/${P.regexpFlags(value)}`;
      if (name !== 'RegExp') base = `${prefix(name, tag, 'RegExp')}${base}`;
      noProperties = true;
      break;
    }
    case K.DATE: {
      const time = P.dateValue(value);
      base = time !== time ? 'Invalid Date' : P.dateToISO(value);
      if (name !== 'Date') base = `${prefix(name, tag, 'Date')}${base}`;
      noProperties = true;
      break;
    }
    case K.ERROR:
    case K.DOM_EXCEPTION:
      shortName = name === null ? 'Error' : name || 'Error';
      break;
    case K.BOXED: {
      const inner = boxedValue(value);
      const type = typeof inner === 'string' ? 'String' : typeof inner === 'number' ? 'Number'
        : typeof inner === 'boolean' ? 'Boolean' : typeof inner === 'bigint' ? 'BigInt' : 'Symbol';
      base = `[${type}${name !== type && name ? ` (${name})` : ''}: ${formatPrimitive(inner, state, false)}]`;
      skipIndices = type === 'String';
      noProperties = true;
      break;
    }
    case K.PROMISE:
      open = `${prefix(name, tag, 'Promise')}{`;
      fill = () => formatPromise(value, state, depth + 1, output);
      break;
    case K.ARRAY_BUFFER: {
      open = `${prefix(name, tag, 'ArrayBuffer')}{`;
      fill = () => (P.bufferDetached(value) ? push(output, '(detached)', 'byteLength: 0') : formatBytes(value, output));
      break;
    }
    case K.DATA_VIEW:
      open = `${prefix(name, tag, 'DataView')}{`;
      fill = () => {
        push(output, `byteLength: ${P.viewLength(value)}`, `byteOffset: ${P.viewOffset(value)}`);
        state.indent += 2;
        push(output, `buffer: ${formatValue(P.viewBuffer(value), state, depth + 1, true)}`);
        state.indent -= 2;
      };
      break;
    case K.ARGUMENTS:
      open = '[Arguments] [';
      close = ']';
      isList = true;
      skipIndices = true;
      fill = () => {
        const length = ownData(value, 'length');
        formatArray(value, typeof length === 'number' && length >= 0 ? length : 0, state, depth + 1, output);
      };
      shortName = 'Arguments';
      break;
    case K.WEAK:
      base = `${prefix(name, '', 'WeakMap')}{ <items unknown> }`;
      noProperties = true;
      break;
    case K.GENERATOR:
      base = 'Object [Generator] {}';
      noProperties = true;
      break;
    case K.ITERATOR:
      base = `Object [${tag || 'Iterator'}] {}`;
      noProperties = true;
      break;
    case K.MODULE:
      open = '[Module: null prototype] {';
      break;
    default:
      if (name !== 'Object' || tag !== '') open = `${prefix(name, tag === name ? '' : tag, 'Object')}{`;
      if (shared.describe !== undefined) fill = shared.describe(value, (item) => formatValue(item, state, depth + 1, true), output);
  }

  const isError = kind === K.ERROR || kind === K.DOM_EXCEPTION;
  if (depth > state.maxDepth && !noProperties && !isError) {
    return kind === K.ARRAY && name === 'Array' ? '[Array]' : `[${shortName}]`;
  }
  if (depth > 40) return `[${shortName}]`;

  push(state.seen, value);
  const level = state.depthNow;
  state.level = level;
  state.depthNow++;
  if (isError) {
    base = depth > state.maxDepth + 20 ? `[${shortName}]` : formatError(value, state, depth + 1, name, output);
  } else {
    if (fill !== null) fill();
    if (!(noProperties && depth > state.maxDepth)) formatProperties(value, state, depth + 1, output, skipIndices);
  }
  P.pop(state.seen);
  state.depthNow = level;

  for (let i = 0; i < state.circular.length; i++) {
    if (state.circular[i] === value) {
      const mark = `<ref *${i + 1}>`;
      if (base !== '') base = `${mark} ${base}`;
      else open = `${mark} ${open}`;
    }
  }
  if (output.length === 0) {
    if (base !== '') return base;
    return `${open}${close}`;
  }
  let entries = output;
  let grouped = false;
  if (isList && output.length > 6) {
    entries = groupEntries(output, state, hasMore, items);
    grouped = entries.length !== output.length;
  }
  return layOut(entries, base, open, close, state, level, grouped);
}

function formatValue(value, state, depth, nested) {
  if (state.budget < 0) return '...';
  let text;
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) text = formatPrimitive(value, state, nested);
  else text = formatObject(value, state, depth);
  state.budget -= text.length;
  return text;
}

// The text of any value. Never throws, except for what nothing can catch.
function inspect(value, maxDepth = 2) {
  const state = {
    __proto__: null, seen: [], circular: [], indent: 0, depthNow: 0, level: 0, maxDepth, budget: TOTAL_LIMIT,
  };
  try {
    return formatValue(value, state, 0, false);
  } catch (error) {
    const reason = native.kind(error) === K.ERROR ? errorText(error, 'message') : undefined;
    return reason === undefined ? '[value that cannot be inspected]' : `[value that cannot be inspected: ${reason}]`;
  }
}

shared.inspect = inspect;
shared.ownData = ownData;
