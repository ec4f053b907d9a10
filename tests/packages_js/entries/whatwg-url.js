// The sandbox's URL against the reference implementation of the standard, which runs in the same sandbox: made-up URLs,
// always the same ones.
import { URL as Reference, URLSearchParams as ReferenceParams } from 'whatwg-url';

let state = 12345;
const random = (limit) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % limit;
};
const pick = (list) => list[random(list.length)];
const several = (most, make) => Array.from({ length: random(most + 1) }, make).join('');

const schemes = ['http:', 'https:', 'HTTP:', 'ws:', 'ftp:', 'file:', 'mailto:', 'javascript:', 'foo:', 'blob:https:', 'data:', '', '', 'a+b-c.d:', '1x:'];
const hosts = ['example.com', 'EXAMPLE.org', 'a.b..c', 'localhost', '127.0.0.1', '0x7f.1', '192.168.257', '1.2.3.4.5', '256.1.1.1', '[::1]', '[1:2::3:4]',
  '[::ffff:1.2.3.4]', '[1:2:3]', '[v1.x]', 'faß.de', 'bücher.example', 'xn--bcher-kva.example', 'xn--a', 'ﬀ.com', '日本語。jp', 'ex%41mple', 'a%00b', 'a b',
  'x_y', '', 'ⅷ.net', 'a\u00adb.c', 'www.ｅｘａｍｐｌｅ.com', 'Ａ.example', 'אב.com', 'İ.com', 'ΑΣ.gr', '%e2%98%83', 'xn--ls8h.la', '💩.la', 'a.0', 'a.0x', '09', '0..1'];
const pieces = ['a', 'b c', '..', '.', '%2e', '%2E%2e', '', 'x%41', 'é', '😀', 'C:', 'c|', '"<>`', "'", '{}', '^', '|', '\\', 'a;b=c', '@', ':', '%', '%zz', '\t', '\n', '\u0000', '\ud800', '!$&()*+,~'];
const queries = ['a=b', 'a=b&c', "'x'", '"', '#', ' ', 'é=😀', '%41+%20', '&&=', '\\', '\ud800x', '^`{}', '<>'];

function made() {
  const scheme = pick(schemes);
  const slashes = pick(['//', '//', '//', '/', '', '\\\\', '///', '/\\']);
  const user = pick(['', '', '', 'user@', 'u:p@', ':@', 'a@b@', 'ü:%41@', "'|^@"]);
  const port = pick(['', '', '', ':80', ':443', ':', ':99999', ':08', ':8080', ':x', ':21 ']);
  const path = several(4, () => pick(['/', '/', '\\', '']) + pick(pieces));
  const query = pick(['', '', '?']) && `?${several(3, () => pick(queries))}`;
  const hash = pick(['', '', '#']) && `#${several(2, () => pick(queries))}`;
  return `${pick(['', '', '', ' ', '\u0001'])}${scheme}${slashes}${user}${pick(hosts)}${port}${path}${query}${hash}${pick(['', '', ' '])}`;
}

const KEYS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
const SETTERS = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
const show = (Class, input, base, changes) => {
  try {
    const url = new Class(input, base);
    for (const [key, value] of changes) {
      try { url[key] = value; } catch (error) { changes.failed = error.name; }
    }
    return JSON.stringify([...KEYS.map((key) => url[key]), url.searchParams.toString(), [...url.searchParams]]);
  } catch (error) {
    return error.name;
  }
};

let [wrong, valid] = [0, 0];
const differ = (what, ours, theirs) => {
  if (ours !== theirs && wrong++ < 20) console.log(`${what}\n  is        ${ours}\n  should be ${theirs}`);
};
for (let i = 0; i < 12000; i++) {
  const input = made();
  const base = random(3) === 0 ? made() : undefined;
  const changes = Array.from({ length: random(3) }, () => {
    const key = pick(SETTERS);
    return [key, key === 'href' ? made() : key === 'protocol' ? pick(schemes) : key.startsWith('host') ? pick(hosts) + pick(['', ':81', '/x']) : pick([...pieces, ...queries, '81', '80a', '/p'])];
  });
  const ours = show(URL, input, base, changes);
  if (ours !== 'TypeError') valid++;
  differ(JSON.stringify([input, base, changes]), ours, show(Reference, input, base, changes));
}
for (let i = 0; i < 3000; i++) {
  const text = several(4, () => pick(queries) + pick(['&', '=', '+', '']));
  const edit = (Class) => {
    const params = new Class(text);
    params.append('é', 'x y');
    params.delete('c', pick === undefined ? '' : undefined);
    params.set('a', '1');
    params.sort();
    return JSON.stringify([params.toString(), [...params], params.size, params.getAll('a'), params.has('a', '1')]);
  };
  differ(text, edit(URLSearchParams), edit(ReferenceParams));
}
console.log(wrong, 'differ,', valid > 2000 ? 'many are valid' : `only ${valid} are valid`);
