// TextEncoder and TextDecoder by the WHATWG Encoding standard, for UTF-8, UTF-16 and windows-1252 ("latin1").
const P = shared.primordials;
const K = shared.kinds;
const { defineProperty, toLowerCase, trim, mapGet, TypeError, RangeError, Uint8Array } = P;

const accessor = (object, key, get) => defineProperty(object, key, { __proto__: null, get, enumerable: true, configurable: true });
const tag = (object, name) => defineProperty(object, P.toStringTag, { __proto__: null, value: name, configurable: true });

const labels = new P.Map();
const label = (encoding, names) => { for (let i = 0; i < names.length; i++) P.mapSet(labels, names[i], encoding); };
label('utf-8', ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8']);
label('utf-16le', ['utf-16le', 'utf-16', 'ucs-2', 'unicode', 'iso-10646-ucs-2', 'csunicode', 'unicodefeff']);
label('utf-16be', ['utf-16be', 'unicodefffe']);
label('windows-1252', ['windows-1252', 'latin1', 'iso-8859-1', 'iso8859-1', 'iso88591', 'ascii', 'us-ascii', 'cp1252', 'l1', 'x-cp1252',
  'iso_8859-1', 'ansi_x3.4-1968', 'cp819', 'csisolatin1', 'ibm819', 'iso-ir-100', 'iso_8859-1:1987']);

// Bytes 0x80 to 0x9f of windows-1252.
const HIGH_1252 = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f'
  + '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

class TextEncoder {
  encode(text = '') {
    return native.utf8Encode(`${text}`);
  }

  encodeInto(text, target) {
    if (native.kind(target) !== K.TYPED_ARRAY || P.typedArrayTag(target) !== 'Uint8Array') {
      throw new TypeError('TextEncoder.encodeInto expects a Uint8Array');
    }
    const source = `${text}`;
    const room = P.typedArrayLength(target);
    let read = 0;
    let written = 0;
    while (read < source.length) {
      let code = P.codePointAt(source, read);
      const units = code > 0xffff ? 2 : 1;
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > room) break;
      if (size === 1) target[written] = code;
      else {
        for (let i = size - 1; i > 0; i--) {
          target[written + i] = 0x80 | (code & 0x3f);
          code >>>= 6;
        }
        target[written] = (0xf00 >>> size) & 0xff | code;
      }
      written += size;
      read += units;
    }
    return { read, written };
  }
}
accessor(TextEncoder.prototype, 'encoding', function encoding() { return 'utf-8'; });
tag(TextEncoder.prototype, 'TextEncoder');

const EMPTY = new Uint8Array(0);

// A view of the bytes of any buffer source.
function bytesOf(input) {
  if (input === undefined) return EMPTY;
  switch (native.kind(input)) {
    case K.ARRAY_BUFFER: return new Uint8Array(input);
    case K.TYPED_ARRAY: return new Uint8Array(P.typedArrayBuffer(input), P.typedArrayOffset(input), P.typedArrayBytes(input));
    case K.DATA_VIEW: return new Uint8Array(P.viewBuffer(input), P.viewOffset(input), P.viewLength(input));
    default: throw new TypeError('TextDecoder.decode expects an ArrayBuffer or a view of one');
  }
}

function concatBytes(first, second) {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  for (let i = 0; i < first.length; i++) all[i] = first[i];
  for (let i = 0; i < second.length; i++) all[first.length + i] = second[i];
  return all;
}

function part(bytes, start, end) {
  return new Uint8Array(P.typedArrayBuffer(bytes), P.typedArrayOffset(bytes) + start, end - start);
}

function copyOf(bytes) {
  const copy = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) copy[i] = bytes[i];
  return copy;
}

const fromCharCode = String.fromCharCode;

function decode1252(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    P.push(parts, byte >= 0x80 && byte < 0xa0 ? HIGH_1252[byte - 0x80] : fromCharCode(byte));
  }
  return P.join(parts, '');
}

// The text, or undefined where it is fatal that a surrogate is alone or a byte is left over.
function decode16(bytes, fatal, big) {
  const parts = [];
  const end = bytes.length - (bytes.length & 1);
  const unit = (i) => (big ? (bytes[i] << 8) | bytes[i + 1] : bytes[i] | (bytes[i + 1] << 8));
  for (let i = 0; i < end; i += 2) {
    const code = unit(i);
    if (code < 0xd800 || code > 0xdfff) P.push(parts, fromCharCode(code));
    else if (code < 0xdc00 && i + 2 < end && unit(i + 2) >= 0xdc00 && unit(i + 2) <= 0xdfff) {
      P.push(parts, fromCharCode(code, unit(i + 2)));
      i += 2;
    } else if (fatal) return undefined;
    else P.push(parts, '\ufffd');
  }
  if (end < bytes.length) {
    if (fatal) return undefined;
    P.push(parts, '\ufffd');
  }
  return P.join(parts, '');
}

// How many bytes at the end of a chunk have to wait for the next one.
function tail16(bytes, big) {
  const odd = bytes.length & 1;
  const end = bytes.length - odd;
  const high = end >= 2 && (bytes[end - (big ? 2 : 1)] & 0xfc) === 0xd8;
  return odd + (high ? 2 : 0);
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #rest = EMPTY;
  #started = false;

  constructor(name = 'utf-8', options = {}) {
    const encoding = mapGet(labels, toLowerCase(trim(`${name}`)));
    if (encoding === undefined) throw new RangeError(`the encoding '${name}' is not supported; utf-8, utf-16 and latin1 are`);
    this.#encoding = encoding;
    this.#fatal = !!(options && options.fatal);
    this.#ignoreBOM = !!(options && options.ignoreBOM);
  }

  get encoding() { return this.#encoding; }

  get fatal() { return this.#fatal; }

  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input, options) {
    const stream = !!(options && options.stream);
    const big = this.#encoding === 'utf-16be';
    const wide = big || this.#encoding === 'utf-16le';
    let bytes = concatBytes(this.#rest, bytesOf(input));
    this.#rest = EMPTY;
    if (stream) {
      const waiting = this.#encoding === 'utf-8' ? native.utf8Tail(bytes) : wide ? tail16(bytes, big) : 0;
      if (waiting > 0) {
        this.#rest = copyOf(part(bytes, bytes.length - waiting, bytes.length));
        bytes = part(bytes, 0, bytes.length - waiting);
      }
    }
    let text;
    if (this.#encoding === 'utf-8') text = native.utf8Decode(bytes, this.#fatal);
    else if (wide) text = decode16(bytes, this.#fatal, big);
    else text = decode1252(bytes);
    if (text === undefined) {
      this.#started = false;
      this.#rest = EMPTY;
      throw new TypeError(`the data is not valid ${this.#encoding}`);
    }
    if (!this.#started && text !== '' && this.#encoding !== 'windows-1252') {
      this.#started = true;
      if (!this.#ignoreBOM && text[0] === '\ufeff') text = P.substring(text, 1);
    }
    if (!stream) this.#started = false;
    return text;
  }
}
tag(TextDecoder.prototype, 'TextDecoder');

// The encoding behind a label, or undefined.
shared.encodingOf = (name) => mapGet(labels, toLowerCase(trim(name)));
// The text of bytes in one of the encodings; what is wrong becomes U+FFFD.
shared.decodeText = (encoding, bytes) => (encoding === 'utf-8' ? native.utf8Decode(bytes, false)
  : encoding === 'utf-16le' ? decode16(bytes, false) : decode1252(bytes));

shared.global('TextEncoder', TextEncoder);
shared.global('TextDecoder', TextDecoder);
