// The URL parser and serializer of the WHATWG URL standard, in the standard's own steps and names.
const P = shared.primordials;
const { push, pop, join, charCodeAt, codePointAt, indexOf, substring, exec } = P;
const { fromCharCode, fromCodePoint } = String;
const toWellFormed = P.uncurry(String.prototype.toWellFormed);
const matches = (regexp, text) => exec(regexp, text) !== null;

const SPECIAL = { __proto__: null, ftp: 21, file: null, http: 80, https: 443, ws: 80, wss: 443 };
const isSpecial = (url) => SPECIAL[url.scheme] !== undefined;

// ---- percent-encoding ----

const isHex = (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
const HEX = '0123456789ABCDEF';

// A set is the ASCII characters above U+0020 and below U+007F that are encoded; all others always are.
const setOf = (characters) => {
  const set = [];
  for (let i = 0; i < 128; i++) set[i] = i < 0x20 || i === 0x7f;
  for (let i = 0; i < characters.length; i++) set[charCodeAt(characters, i)] = true;
  return set;
};
const C0_SET = setOf('');
const FRAGMENT_SET = setOf(' "<>`');
const QUERY_SET = setOf(' "#<>');
const SPECIAL_QUERY_SET = setOf(' "#<>\'');
const PATH_SET = setOf(' "#<>?^`{}');
const USERINFO_SET = setOf(' "#<>?^`{}/:;=@[\\]|');
const FORM_SET = setOf(' "#<>?^`{}/:;=@[\\]|$&+,%!\'()~');

function encodeText(text, set) {
  let output = '';
  let plain = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code < 128 && !set[code]) continue;
    output += substring(text, plain, i);
    const point = codePointAt(text, i);
    if (point > 0xffff) i++;
    const bytes = native.utf8Encode(fromCodePoint(point >= 0xd800 && point <= 0xdfff ? 0xfffd : point));
    for (let b = 0; b < bytes.length; b++) output += `%${HEX[bytes[b] >> 4]}${HEX[bytes[b] & 15]}`;
    plain = i + 1;
  }
  return output + substring(text, plain);
}

function decodeText(text) {
  if (indexOf(text, '%') < 0) return text;
  const bytes = native.utf8Encode(text);
  const output = new P.Uint8Array(bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 37 && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2])) {
      output[size++] = P.parseInt(fromCharCode(bytes[i + 1], bytes[i + 2]), 16);
      i += 2;
    } else output[size++] = bytes[i];
  }
  return native.utf8Decode(new P.Uint8Array(P.typedArrayBuffer(output), 0, size), false);
}

// ---- hosts ----

const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20#/:<>?@[\\\]^|%\x7f]/;

function split(text, separator) {
  const parts = [];
  for (let start = 0; ;) {
    const end = indexOf(text, separator, start);
    push(parts, end < 0 ? substring(text, start) : substring(text, start, end));
    if (end < 0) return parts;
    start = end + separator.length;
  }
}

// The number that a part of an IPv4 address says; NaN where it is none.
function parseIpv4Number(text) {
  if (text === '') return NaN;
  let base = 10;
  if (text.length >= 2 && (text[1] === 'x' || text[1] === 'X') && text[0] === '0') {
    text = substring(text, 2);
    base = 16;
  } else if (text.length >= 2 && text[0] === '0') {
    text = substring(text, 1);
    base = 8;
  }
  if (text === '') return 0;
  if (!matches(base === 10 ? /^[0-9]+$/ : base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/, text)) return NaN;
  return P.parseInt(text, base);
}

function endsInNumber(domain) {
  const parts = split(domain, '.');
  if (parts[parts.length - 1] === '') {
    if (parts.length === 1) return false;
    pop(parts);
  }
  const last = parts[parts.length - 1];
  return matches(/^[0-9]+$/, last) || matches(/^0[xX][0-9a-fA-F]*$/, last);
}

function parseIpv4(domain) {
  const parts = split(domain, '.');
  if (parts[parts.length - 1] === '' && parts.length > 1) pop(parts);
  if (parts.length > 4) return undefined;
  let address = 0;
  for (let i = 0; i < parts.length; i++) {
    const number = parseIpv4Number(parts[i]);
    const last = i === parts.length - 1;
    if (number !== number || number >= (last ? 256 ** (5 - parts.length) : 256)) return undefined;
    address += last ? number : number * 256 ** (3 - i);
  }
  const bytes = [];
  for (let i = 3; i >= 0; i--) push(bytes, P.floor(address / 256 ** i) % 256);
  return join(bytes, '.');
}

const digitAt = (text, i) => (i < text.length && text[i] >= '0' && text[i] <= '9' ? charCodeAt(text, i) - 48 : -1);

function parseIpv6(input) {
  const address = [0, 0, 0, 0, 0, 0, 0, 0];
  let [piece, compress, at] = [0, -1, 0];
  if (input[at] === ':') {
    if (input[at + 1] !== ':') return undefined;
    at += 2;
    compress = ++piece;
  }
  while (at < input.length) {
    if (piece === 8) return undefined;
    if (input[at] === ':') {
      if (compress >= 0) return undefined;
      at++;
      compress = ++piece;
      continue;
    }
    let [value, length] = [0, 0];
    for (; length < 4 && at < input.length && isHex(charCodeAt(input, at)); length++) value = value * 16 + P.parseInt(input[at++], 16);
    if (input[at] === '.') {
      if (length === 0 || piece > 6) return undefined;
      at -= length;
      let seen = 0;
      for (; at < input.length; seen++) {
        if (seen > 0) {
          if (input[at] !== '.' || seen >= 4) return undefined;
          at++;
        }
        if (digitAt(input, at) < 0) return undefined;
        let part = -1;
        for (; digitAt(input, at) >= 0; at++) {
          if (part === 0) return undefined;
          part = (part < 0 ? 0 : part * 10) + digitAt(input, at);
          if (part > 255) return undefined;
        }
        address[piece] = address[piece] * 256 + part;
        if (seen === 1 || seen === 3) piece++;
      }
      if (seen !== 4) return undefined;
      break;
    }
    if (input[at] === ':') {
      if (++at >= input.length) return undefined;
    } else if (at < input.length) return undefined;
    address[piece++] = value;
  }
  if (compress >= 0) {
    for (let swaps = piece - compress, to = 7; to !== 0 && swaps > 0; to--, swaps--) {
      const from = compress + swaps - 1;
      [address[to], address[from]] = [address[from], address[to]];
    }
  } else if (piece !== 8) return undefined;
  return `[${serializeIpv6(address)}]`;
}

const hexOf = P.uncurry(Number.prototype.toString);

function serializeIpv6(address) {
  // The first longest run of zeros, of two at least.
  let [best, bestLength] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && address[i + length] === 0) length++;
    if (length > bestLength) [best, bestLength] = [i, length];
  }
  let output = '';
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      output += i === 0 ? '::' : ':';
      i += bestLength - 1;
      continue;
    }
    output += hexOf(address[i], 16);
    if (i < 7) output += ':';
  }
  return output;
}

// The host in its serialized form, or undefined.
function parseHost(input, opaque) {
  if (input[0] === '[') return input[input.length - 1] === ']' ? parseIpv6(substring(input, 1, -1)) : undefined;
  if (opaque) return matches(FORBIDDEN_HOST, input) ? undefined : encodeText(input, C0_SET);
  const domain = shared.domainToAscii(decodeText(input));
  if (domain === undefined || domain === '' || matches(FORBIDDEN_DOMAIN, domain)) return undefined;
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
}

// ---- the parser ----

const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isDigit = (code) => code >= 48 && code <= 57;
const isWindowsLetter = (text) => matches(/^[a-zA-Z][:|]$/, text);
const startsWithWindowsLetter = (text) => matches(/^[a-zA-Z][:|](?:[/\\?#]|$)/, text);
const isSingleDot = (text) => text === '.' || matches(/^%2e$/i, text);
const isDoubleDot = (text) => matches(/^(?:\.|%2e){2}$/i, text);
const hasCredentials = (url) => url.username !== '' || url.password !== '';
const copy = (path) => (typeof path === 'string' ? path : P.slice(path));

function shorten(url) {
  const { path } = url;
  if (url.scheme === 'file' && path.length === 1 && matches(/^[a-zA-Z]:$/, path[0])) return;
  pop(path);
}

const FAILURE = 'failure';
const [HASH, PLUS, MINUS, DOT, SLASH, COLON, QUESTION, AT, OPEN, BACKSLASH, CLOSE] = [35, 43, 45, 46, 47, 58, 63, 64, 91, 92, 93];

const newRecord = () => ({
  __proto__: null, scheme: '', username: '', password: '', host: null, port: null, path: [], query: null, fragment: null,
});

function trimmed(input, ends) {
  let [start, end] = [0, input.length];
  if (ends) {
    while (start < end && charCodeAt(input, start) <= 0x20) start++;
    while (end > start && charCodeAt(input, end - 1) <= 0x20) end--;
  }
  let output = '';
  let plain = start;
  for (let i = start; i < end; i++) {
    const code = charCodeAt(input, i);
    if (code !== 9 && code !== 10 && code !== 13) continue;
    output += substring(input, plain, i);
    plain = i + 1;
  }
  return output + substring(input, plain, end);
}

// The basic URL parser: a record or FAILURE; with a state override it changes `url` and says FAILURE or nothing.
function parse(text, base, url, override) {
  const overridden = override !== undefined;
  const input = trimmed(text, !overridden);
  if (!overridden) url = newRecord();
  let state = overridden ? override : 'scheme start';
  let buffer = '';
  let [sawAt, inBrackets, sawPassword] = [false, false, false];

  for (let at = 0; ; at++) {
    // Units of a surrogate pair are collected one by one: only ASCII decides anything.
    const c = at < input.length ? charCodeAt(input, at) : -1;
    switch (state) {
      case 'scheme start':
        if (isLetter(c)) {
          buffer += P.toLowerCase(input[at]);
          state = 'scheme';
        } else if (!overridden) {
          state = 'no scheme';
          at--;
        } else return FAILURE;
        break;

      case 'scheme':
        if (isLetter(c) || isDigit(c) || c === PLUS || c === MINUS || c === DOT) {
          buffer += P.toLowerCase(input[at]);
        } else if (c === COLON) {
          if (overridden) {
            if ((SPECIAL[url.scheme] !== undefined) !== (SPECIAL[buffer] !== undefined)) return undefined;
            if ((hasCredentials(url) || url.port !== null) && buffer === 'file') return undefined;
            if (url.scheme === 'file' && url.host === '') return undefined;
          }
          url.scheme = buffer;
          if (overridden) {
            if (url.port === SPECIAL[url.scheme]) url.port = null;
            return undefined;
          }
          buffer = '';
          if (url.scheme === 'file') state = 'file';
          else if (isSpecial(url) && base !== undefined && base.scheme === url.scheme) state = 'special relative or authority';
          else if (isSpecial(url)) state = 'special authority slashes';
          else if (input[at + 1] === '/') {
            state = 'path or authority';
            at++;
          } else {
            url.path = '';
            state = 'opaque path';
          }
        } else if (!overridden) {
          buffer = '';
          state = 'no scheme';
          at = -1;
        } else return FAILURE;
        break;

      case 'no scheme':
        if (base === undefined || (typeof base.path === 'string' && c !== HASH)) return FAILURE;
        if (typeof base.path === 'string') {
          [url.scheme, url.path, url.query, url.fragment] = [base.scheme, base.path, base.query, ''];
          state = 'fragment';
        } else {
          state = base.scheme === 'file' ? 'file' : 'relative';
          at--;
        }
        break;

      case 'special relative or authority':
        if (c === SLASH && input[at + 1] === '/') {
          state = 'special authority ignore slashes';
          at++;
        } else {
          state = 'relative';
          at--;
        }
        break;

      case 'path or authority':
        state = c === SLASH ? 'authority' : 'path';
        if (c !== SLASH) at--;
        break;

      case 'relative':
        url.scheme = base.scheme;
        if (c === SLASH) state = 'relative slash';
        else if (isSpecial(url) && c === BACKSLASH) state = 'relative slash';
        else {
          [url.username, url.password, url.host, url.port] = [base.username, base.password, base.host, base.port];
          [url.path, url.query] = [copy(base.path), base.query];
          if (c === QUESTION) {
            url.query = '';
            state = 'query';
          } else if (c === HASH) {
            url.fragment = '';
            state = 'fragment';
          } else if (c >= 0) {
            url.query = null;
            shorten(url);
            state = 'path';
            at--;
          }
        }
        break;

      case 'relative slash':
        if (isSpecial(url) && (c === SLASH || c === BACKSLASH)) state = 'special authority ignore slashes';
        else if (c === SLASH) state = 'authority';
        else {
          [url.username, url.password, url.host, url.port] = [base.username, base.password, base.host, base.port];
          state = 'path';
          at--;
        }
        break;

      case 'special authority slashes':
        state = 'special authority ignore slashes';
        if (c === SLASH && input[at + 1] === '/') at++;
        else at--;
        break;

      case 'special authority ignore slashes':
        if (c !== SLASH && c !== BACKSLASH) {
          state = 'authority';
          at--;
        }
        break;

      case 'authority':
        if (c === AT) {
          if (sawAt) buffer = `%40${buffer}`;
          sawAt = true;
          const colon = sawPassword ? -1 : indexOf(buffer, ':');
          const name = colon >= 0 ? substring(buffer, 0, colon) : buffer;
          if (sawPassword) url.password += encodeText(buffer, USERINFO_SET);
          else url.username += encodeText(name, USERINFO_SET);
          if (colon >= 0) {
            sawPassword = true;
            url.password += encodeText(substring(buffer, colon + 1), USERINFO_SET);
          }
          buffer = '';
        } else if (c < 0 || c === SLASH || c === QUESTION || c === HASH || (isSpecial(url) && c === BACKSLASH)) {
          if (sawAt && buffer === '') return FAILURE;
          at -= buffer.length + 1;
          buffer = '';
          state = 'host';
        } else buffer += input[at];
        break;

      case 'host':
      case 'hostname':
        if (overridden && url.scheme === 'file') {
          at--;
          state = 'file host';
        } else if (c === COLON && !inBrackets) {
          if (buffer === '' || override === 'hostname') return FAILURE;
          const host = parseHost(buffer, !isSpecial(url));
          if (host === undefined) return FAILURE;
          url.host = host;
          buffer = '';
          state = 'port';
        } else if (c < 0 || c === SLASH || c === QUESTION || c === HASH || (isSpecial(url) && c === BACKSLASH)) {
          at--;
          if (isSpecial(url) && buffer === '') return FAILURE;
          if (overridden && buffer === '' && (hasCredentials(url) || url.port !== null)) return FAILURE;
          const host = parseHost(buffer, !isSpecial(url));
          if (host === undefined) return FAILURE;
          url.host = host;
          buffer = '';
          state = 'path start';
          if (overridden) return undefined;
        } else {
          if (c === OPEN) inBrackets = true;
          if (c === CLOSE) inBrackets = false;
          buffer += input[at];
        }
        break;

      case 'port':
        if (isDigit(c)) buffer += input[at];
        else if (c < 0 || c === SLASH || c === QUESTION || c === HASH || (isSpecial(url) && c === BACKSLASH) || overridden) {
          if (buffer !== '') {
            const port = P.parseInt(buffer, 10);
            if (port > 0xffff) return FAILURE;
            url.port = port === SPECIAL[url.scheme] ? null : port;
            buffer = '';
            if (overridden) return undefined;
          }
          if (overridden) return FAILURE;
          state = 'path start';
          at--;
        } else return FAILURE;
        break;

      case 'file':
        url.scheme = 'file';
        url.host = '';
        if (c === SLASH || c === BACKSLASH) state = 'file slash';
        else if (base !== undefined && base.scheme === 'file') {
          [url.host, url.path, url.query] = [base.host, copy(base.path), base.query];
          if (c === QUESTION) {
            url.query = '';
            state = 'query';
          } else if (c === HASH) {
            url.fragment = '';
            state = 'fragment';
          } else if (c >= 0) {
            url.query = null;
            if (startsWithWindowsLetter(substring(input, at))) url.path = [];
            else shorten(url);
            state = 'path';
            at--;
          }
        } else {
          state = 'path';
          at--;
        }
        break;

      case 'file slash':
        if (c === SLASH || c === BACKSLASH) state = 'file host';
        else {
          if (base !== undefined && base.scheme === 'file') {
            url.host = base.host;
            if (!startsWithWindowsLetter(substring(input, at)) && base.path.length > 0 && matches(/^[a-zA-Z]:$/, base.path[0])) {
              push(url.path, base.path[0]);
            }
          }
          state = 'path';
          at--;
        }
        break;

      case 'file host':
        if (c < 0 || c === SLASH || c === BACKSLASH || c === QUESTION || c === HASH) {
          at--;
          if (!overridden && isWindowsLetter(buffer)) state = 'path';
          else if (buffer === '') {
            url.host = '';
            if (overridden) return undefined;
            state = 'path start';
          } else {
            const host = parseHost(buffer, !isSpecial(url));
            if (host === undefined) return FAILURE;
            url.host = host === 'localhost' ? '' : host;
            if (overridden) return undefined;
            buffer = '';
            state = 'path start';
          }
        } else buffer += input[at];
        break;

      case 'path start':
        if (isSpecial(url)) {
          state = 'path';
          if (c !== SLASH && c !== BACKSLASH) at--;
        } else if (!overridden && c === QUESTION) {
          url.query = '';
          state = 'query';
        } else if (!overridden && c === HASH) {
          url.fragment = '';
          state = 'fragment';
        } else if (c >= 0) {
          state = 'path';
          if (c !== SLASH) at--;
        } else if (overridden && url.host === null) push(url.path, '');
        break;

      case 'path': {
        const slash = c === SLASH || (isSpecial(url) && c === BACKSLASH);
        if (c < 0 || slash || (!overridden && (c === QUESTION || c === HASH))) {
          buffer = encodeText(buffer, PATH_SET);
          if (isDoubleDot(buffer)) {
            shorten(url);
            if (!slash) push(url.path, '');
          } else if (isSingleDot(buffer)) {
            if (!slash) push(url.path, '');
          } else {
            if (url.scheme === 'file' && url.path.length === 0 && isWindowsLetter(buffer)) buffer = `${buffer[0]}:`;
            push(url.path, buffer);
          }
          buffer = '';
          if (c === QUESTION) {
            url.query = '';
            state = 'query';
          }
          if (c === HASH) {
            url.fragment = '';
            state = 'fragment';
          }
        } else buffer += input[at];
        break;
      }

      case 'opaque path':
        if (c === QUESTION || c === HASH || c < 0) {
          // A space before what follows would be lost when the URL is parsed again.
          if (c >= 0 && buffer[buffer.length - 1] === ' ') buffer = `${substring(buffer, 0, -1)}%20`;
          url.path += encodeText(buffer, C0_SET);
          buffer = '';
          if (c === QUESTION) {
            url.query = '';
            state = 'query';
          } else if (c === HASH) {
            url.fragment = '';
            state = 'fragment';
          }
        } else buffer += input[at];
        break;

      case 'query':
        if ((!overridden && c === HASH) || c < 0) {
          url.query += encodeText(buffer, isSpecial(url) ? SPECIAL_QUERY_SET : QUERY_SET);
          buffer = '';
          if (c === HASH) {
            url.fragment = '';
            state = 'fragment';
          }
        } else buffer += input[at];
        break;

      default: // fragment
        if (c < 0) url.fragment += encodeText(buffer, FRAGMENT_SET);
        else buffer += input[at];
    }
    if (c < 0 && at >= input.length) break;
  }
  return overridden ? undefined : url;
}

// ---- the serializer ----

function serializePath(url) {
  if (typeof url.path === 'string') return url.path;
  let output = '';
  for (let i = 0; i < url.path.length; i++) output += `/${url.path[i]}`;
  return output;
}

function serialize(url) {
  let output = `${url.scheme}:`;
  if (url.host !== null) {
    output += '//';
    if (hasCredentials(url)) output += `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
    output += url.host;
    if (url.port !== null) output += `:${url.port}`;
  } else if (typeof url.path !== 'string' && url.path.length > 1 && url.path[0] === '') output += '/.';
  output += serializePath(url);
  if (url.query !== null) output += `?${url.query}`;
  if (url.fragment !== null) output += `#${url.fragment}`;
  return output;
}

function origin(url) {
  if (url.scheme === 'blob') {
    const inner = typeof url.path === 'string' ? parse(url.path, undefined) : FAILURE;
    return inner !== FAILURE && (inner.scheme === 'http' || inner.scheme === 'https') ? origin(inner) : 'null';
  }
  if (!isSpecial(url) || url.scheme === 'file') return 'null';
  return `${url.scheme}://${url.host}${url.port === null ? '' : `:${url.port}`}`;
}

shared.url = {
  __proto__: null, parse, serialize, serializePath, origin, isSpecial, encodeText, decodeText, split, toWellFormed,
  FAILURE, USERINFO_SET, FORM_SET,
};
