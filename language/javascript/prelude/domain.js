// Domains as URLs hold them: "domain to ASCII" of the URL standard, which is UTS #46 with Punycode (RFC 3492). The
// mapping is made from the engine's own Unicode tables (NFKC and case), not from a table of its own.
const P = shared.primordials;
const { push, join, charCodeAt, codePointAt, indexOf, substring, exec } = P;
const { fromCodePoint } = String;
const normalize = P.uncurry(String.prototype.normalize);
const toLowerCase = P.toLowerCase;
const toUpperCase = P.uncurry(String.prototype.toUpperCase);
const matches = (regexp, text) => exec(regexp, text) !== null;

// ---- Punycode ----

const [BASE, T_MIN, T_MAX, SKEW, DAMP, FIRST_BIAS, FIRST_CODE] = [36, 1, 26, 38, 700, 72, 128];
// Longer labels no resolver takes, and their coding takes time by the square.
const LONGEST = 2000;

function adapt(delta, points, first) {
  delta = first ? P.floor(delta / DAMP) : delta >> 1;
  delta += P.floor(delta / points);
  let k = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) delta = P.floor(delta / (BASE - T_MIN));
  return k + P.floor((BASE * delta) / (delta + SKEW));
}

const threshold = (k, bias) => P.min(P.max(k - bias, T_MIN), T_MAX);
const digitOf = (value) => fromCodePoint(value + (value < 26 ? 97 : 22));

function pointsOf(text) {
  const points = [];
  for (let i = 0; i < text.length;) {
    const code = codePointAt(text, i);
    push(points, code);
    i += code > 0xffff ? 2 : 1;
  }
  return points;
}

// The label's Punycode without "xn--"; undefined where it is too long.
function encode(label) {
  const points = pointsOf(label);
  if (points.length > LONGEST) return undefined;
  let output = '';
  for (let i = 0; i < points.length; i++) if (points[i] < FIRST_CODE) output += fromCodePoint(points[i]);
  const basic = output.length;
  if (basic > 0) output += '-';
  let [n, delta, bias, handled] = [FIRST_CODE, 0, FIRST_BIAS, basic];
  while (handled < points.length) {
    let next = Infinity;
    for (let i = 0; i < points.length; i++) if (points[i] >= n && points[i] < next) next = points[i];
    delta += (next - n) * (handled + 1);
    n = next;
    for (let i = 0; i < points.length; i++) {
      if (points[i] < n) delta++;
      if (points[i] !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        output += digitOf(t + ((q - t) % (BASE - t)));
        q = P.floor((q - t) / (BASE - t));
      }
      output += digitOf(q);
      bias = adapt(delta, handled + 1, handled === basic);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return output;
}

// The label that Punycode without "xn--" stands for; undefined where it is none.
function decode(text) {
  if (text.length > LONGEST) return undefined;
  let basic = text.length;
  while (basic > 0 && text[basic - 1] !== '-') basic--;
  const points = [];
  for (let i = 0; i < basic - 1; i++) push(points, charCodeAt(text, i));
  let [n, index, bias] = [FIRST_CODE, 0, FIRST_BIAS];
  for (let at = basic; at < text.length;) {
    const before = index;
    for (let [weight, k] = [1, BASE]; ; k += BASE) {
      if (at >= text.length) return undefined;
      const code = charCodeAt(text, at++);
      const digit = code >= 97 && code <= 122 ? code - 97 : code >= 48 && code <= 57 ? code - 22 : BASE;
      if (digit >= BASE) return undefined;
      index += digit * weight;
      if (index > 0x7fffffff) return undefined;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
    }
    const count = points.length + 1;
    bias = adapt(index - before, count, before === 0);
    n += P.floor(index / count);
    index %= count;
    if (n > 0x10ffff) return undefined;
    push(points, 0);
    for (let i = points.length - 1; i > index; i--) points[i] = points[i - 1];
    points[index++] = n;
  }
  let label = '';
  for (let i = 0; i < points.length; i++) label += fromCodePoint(points[i]);
  return label;
}

// ---- mapping ----

// Nothing is left of these; U+200C and U+200D stay and are looked at later.
const IGNORED = /^(?![\p{Cn}\u200c\u200d\u206a-\u206f\u{e0001}\u{e0020}-\u{e007f}])\p{Default_Ignorable_Code_Point}$/u;
const FULL_STOP = /^[\u3002\uff0e\uff61]$/;

function mapPoint(character) {
  const code = codePointAt(character, 0);
  if (code < 0x80) return toLowerCase(character);
  // Deviations of the transitional processing: kept.
  if (code === 0xdf || code === 0x3c2 || code === 0x200c || code === 0x200d) return character;
  if (matches(FULL_STOP, character)) return '.';
  if (matches(IGNORED, character)) return '';
  // Letters whose case folding is not their lower case: Cherokee, old Cyrillic variants.
  if (code >= 0x13a0 && code <= 0x13f5) return character;
  if (code >= 0xab70 && code <= 0xabbf) return fromCodePoint(code - 0xab70 + 0x13a0);
  if (code >= 0x13f8 && code <= 0x13fd) return fromCodePoint(code - 8);
  if (code >= 0x1c80 && code <= 0x1c88) return toLowerCase(toUpperCase(character));
  return toLowerCase(normalize(toLowerCase(character), 'NFKC'));
}

const IOTA_BELOW = /\u0345/;

function mapDomain(domain) {
  let mapped = '';
  for (let i = 0; i < domain.length;) {
    const character = fromCodePoint(codePointAt(domain, i));
    mapped += mapPoint(character);
    i += character.length;
  }
  mapped = normalize(mapped, 'NFKC');
  if (matches(IOTA_BELOW, normalize(mapped, 'NFD'))) {
    let written = '';
    const apart = normalize(mapped, 'NFD');
    for (let i = 0; i < apart.length; i++) written += apart[i] === '\u0345' ? '\u03b9' : apart[i];
    mapped = normalize(written, 'NFC');
  }
  return mapped;
}

// ---- validity ----

const DISALLOWED = /[\p{Cn}\p{Co}\p{Cs}\p{Cc}\p{Zs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2ff0-\u2fff\ufff9-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}\u06dd\u070f\u08e2\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180e]/u;
const MARK = /^\p{M}/u;
const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed\u{10a3f}\u{11046}\u{1107f}\u{110b9}\u{11133}\u{11134}\u{111c0}\u{11235}\u{112ea}\u{1134d}\u{11442}\u{114c2}\u{115bf}\u{1163f}\u{116b6}\u{1172b}\u{11839}]$/u;
const JOINING = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Mandaic}]\p{Mn}*$/u;
const JOINED = /^\p{Mn}*[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Mandaic}]/u;
const RIGHT_TO_LEFT = /(?![\p{Mn}\u06f0-\u06f9])[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

function joinersFit(label) {
  for (let i = 0; i < label.length; i++) {
    const joiner = label[i];
    if (joiner !== '\u200c' && joiner !== '\u200d') continue;
    const before = substring(label, 0, i);
    if (matches(VIRAMA, before)) continue;
    if (joiner === '\u200d' || !matches(JOINING, before) || !matches(JOINED, substring(label, i + 1))) return false;
  }
  return true;
}

const NUMBER = /[0-9\u06f0-\u06f9]/;
const ARABIC_NUMBER = /[\u0660-\u0669\u066b\u066c\u06dd]/;
const LETTER_L = /(?![\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}0-9])[\p{L}\p{Mc}\p{Nd}]/u;
const STRONG_RTL = /^(?![\u0660-\u0669\u066a-\u066c\u06dd\u06f0-\u06f9])(?=[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])[\p{L}\p{N}\p{Po}]/u;
const ENDS_RTL = /(?!\p{Mn})[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}0-9]\p{Mn}*$/u;
const ENDS_LTR = /[\p{L}\p{Mc}\p{N}]\p{Mn}*$/u;

// The rule of RFC 5893 for a label of a domain that has right-to-left letters.
function directionFits(label) {
  const first = fromCodePoint(codePointAt(label, 0));
  if (matches(STRONG_RTL, first)) {
    return !matches(LETTER_L, label) && matches(ENDS_RTL, label) && !(matches(NUMBER, label) && matches(ARABIC_NUMBER, label));
  }
  return matches(LETTER_L, first) && !matches(RIGHT_TO_LEFT, label) && matches(ENDS_LTR, label);
}

const isAscii = (text) => !matches(/[^\0-\x7f]/, text);

function isValid(label) {
  return normalize(label, 'NFC') === label && !matches(MARK, label) && !matches(DISALLOWED, label) && joinersFit(label);
}

// What NFKC would make a full stop of, or a number with one: no separators.
const NO_SEPARATOR = /[\u2488-\u249b\ufe12]/;

// The domain in ASCII, or undefined where it is no domain.
shared.domainToAscii = function domainToAscii(domain) {
  if (isAscii(domain) && !matches(/(?:^|\.)xn--/i, domain)) return toLowerCase(domain);
  if (matches(NO_SEPARATOR, domain)) return undefined;
  const mapped = mapDomain(domain);
  const labels = [];
  let bidi = false;
  for (let start = 0; start <= mapped.length;) {
    let end = indexOf(mapped, '.', start);
    if (end < 0) end = mapped.length;
    let label = substring(mapped, start, end);
    start = end + 1;
    if (substring(label, 0, 4) === 'xn--') {
      const decoded = isAscii(label) ? decode(substring(label, 4)) : undefined;
      // What is only ASCII has no business in Punycode.
      if (decoded === undefined || isAscii(decoded) || substring(decoded, 0, 4) === 'xn--' || !isValid(decoded) || mapDomain(decoded) !== decoded) return undefined;
      label = decoded;
    } else if (!isAscii(label) && !isValid(label)) return undefined;
    if (matches(RIGHT_TO_LEFT, label)) bidi = true;
    push(labels, label);
  }
  const output = [];
  for (let i = 0; i < labels.length; i++) {
    if (bidi && labels[i] !== '' && !directionFits(labels[i])) return undefined;
    const coded = isAscii(labels[i]) ? labels[i] : encode(labels[i]);
    if (coded === undefined) return undefined;
    push(output, isAscii(labels[i]) ? coded : `xn--${coded}`);
  }
  return join(output, '.');
};
