// Runs Unicode's IdnaTestV2.txt, which comes on standard input, through URL, and prints the counts as JSON.
const unescape = (text) => (text === '""' ? '' : text
  .replace(/\\u([0-9A-Fa-f]{4})/g, (all, digits) => String.fromCharCode(parseInt(digits, 16)))
  .replace(/\\x\{([0-9A-Fa-f]+)\}/g, (all, digits) => String.fromCodePoint(parseInt(digits, 16))));
// What URLs allow: empty and long labels, hyphens anywhere, ASCII that domain names do not have.
const ALLOWED = /^(?:A4_1|A4_2|V2|V3|U1|X4_2)$/;
const FORBIDDEN = /[\0-\x20#/:<>?@[\\\]^|%\x7f]/;
const result = { valid: 0, wrong: 0, invalid: 0, accepted: 0 };

for (const line of readAll().split('\n')) {
  const fields = line.replace(/#.*/, '').split(';').map((field) => field.trim());
  if (fields.length < 5) continue;
  const source = unescape(fields[0]);
  if (source === '' || FORBIDDEN.test(source) || !source.isWellFormed()) continue;
  const unicode = fields[1] === '' ? source : unescape(fields[1]);
  const ascii = fields[3] === '' ? unicode : unescape(fields[3]);
  const status = fields[4] === '' ? fields[2] : fields[4];
  const errors = status.replace(/[[\]]/g, '').split(',').map((error) => error.trim()).filter((error) => error && !ALLOWED.test(error));
  const hostname = URL.parse(`http://${source}/`)?.hostname;
  if (errors.length > 0) {
    result.invalid++;
    if (hostname !== undefined) result.accepted++;
    continue;
  }
  // What ends in a number is an address, not a domain.
  if (ascii === '' || FORBIDDEN.test(ascii) || /\d$/.test(ascii)) continue;
  result.valid++;
  if (hostname !== ascii) result.wrong++;
}
console.log(JSON.stringify(result));
