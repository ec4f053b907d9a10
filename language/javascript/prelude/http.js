// http: requests that the host makes, to hosts that the session was given.
const P = shared.primordials;
const K = shared.kinds;
const { push, indexOf, substring, toLowerCase, defineProperty, TypeError } = P;

// Templates only make messages here: the engine joins their parts with String.prototype.concat, which guest code may have
// replaced.

// ---- responses ----

// The headers as received; a proxy finds them whatever their case.
class Headers {}

const lists = new P.WeakMap();

// The key of a header, whatever its case; undefined where there is none.
function keyOf(target, name) {
  if (P.hasOwn(target, name)) return name;
  const lower = toLowerCase(name);
  const keys = P.ownKeys(target);
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === 'string' && toLowerCase(keys[i]) === lower) return keys[i];
  }
  return undefined;
}

const byName = {
  __proto__: null,
  get(target, name, receiver) {
    const key = typeof name === 'string' ? keyOf(target, name) : undefined;
    return key === undefined ? P.get(target, name, receiver) : target[key];
  },
  has(target, name) {
    return (typeof name === 'string' && keyOf(target, name) !== undefined) || P.has(target, name);
  },
};

defineProperty(Headers.prototype, 'getAll', {
  __proto__: null,
  writable: true,
  configurable: true,
  // The values of a header that may have come several times.
  value: function getAll(name) {
    const pairs = P.weakMapGet(lists, this);
    if (pairs === undefined) throw new TypeError('getAll is a method of the headers of a response');
    const lower = toLowerCase(P.String(name));
    const values = [];
    for (let i = 0; i < pairs.length; i++) {
      if (toLowerCase(pairs[i][0]) === lower) push(values, pairs[i][1]);
    }
    return values;
  },
});

function headersOf(pairs) {
  const target = new Headers();
  for (let i = 0; i < pairs.length; i++) {
    const name = pairs[i][0];
    const value = pairs[i][1];
    const key = keyOf(target, name);
    const joined = key === undefined ? value : target[key] + ', ' + value;
    defineProperty(target, key === undefined ? name : key, {
      __proto__: null, value: joined, writable: true, enumerable: true, configurable: true,
    });
  }
  const headers = new P.Proxy(target, byName);
  P.weakMapSet(lists, headers, pairs);
  return headers;
}

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;

function charsetOf(headers) {
  const type = headers['content-type'];
  const found = typeof type === 'string' ? P.exec(CHARSET, type) : null;
  return found === null ? '' : toLowerCase(found[1] === undefined ? found[2] : found[1]);
}

class Response {
  #body;
  #text;
  #charset;

  constructor(answer) {
    this.ok = answer.status >= 200 && answer.status < 300;
    this.statusCode = answer.status;
    this.url = answer.url;
    this.headers = headersOf(answer.headers);
    this.#charset = charsetOf(this.headers);
    this.#body = answer.body;
  }

  get content() { return new P.Uint8Array(this.#body); }

  get text() {
    if (this.#text !== undefined) return this.#text;
    const known = shared.encodingOf(this.#charset);
    this.#text = shared.decodeText(known === undefined ? 'utf-8' : known, this.#body);
    return this.#text;
  }

  json() {
    const text = this.text;
    return P.parse(text[0] === '\ufeff' ? substring(text, 1) : text);
  }
}
defineProperty(Response.prototype, P.toStringTag, { __proto__: null, value: 'Response', configurable: true });

// ---- requests ----

const OPTIONS = ['body', 'headers', 'params', 'json', 'timeout', 'redirect'];

const refuse = (message) => { throw new TypeError(message); };

// Calls back with the name and value of each member of an object, or of each pair of a list.
function eachPair(value, what, each) {
  if (value === null || typeof value !== 'object') refuse(`${what} must be an object or a list of [name, value] pairs`);
  if (P.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const pair = value[i];
      if (!P.isArray(pair) || pair.length !== 2) refuse(`${what} must be an object or a list of [name, value] pairs`);
      each(pair[0], pair[1]);
    }
    return;
  }
  const keys = P.keys(value);
  for (let i = 0; i < keys.length; i++) each(keys[i], value[keys[i]]);
}

// The headers as the list [name, value, name, value...].
function headerList(headers) {
  const list = [];
  if (headers === undefined || headers === null) return list;
  eachPair(headers, 'headers', (name, value) => {
    if (typeof name !== 'string' || typeof value !== 'string') {
      refuse(`names and values of headers must be strings, not ${shared.typeName(typeof name === 'string' ? value : name)}`);
    }
    push(list, name, value);
  });
  return list;
}

function withParams(url, params) {
  let query = '';
  const add = (name, value) => {
    if (value === undefined || value === null) return;
    query += (query === '' ? '' : '&') + P.encodeURIComponent(name) + '=' + P.encodeURIComponent(value);
  };
  eachPair(params, 'params', (name, value) => {
    if (P.isArray(value)) for (let i = 0; i < value.length; i++) add(name, value[i]);
    else add(name, value);
  });
  if (query === '') return url;
  const hash = indexOf(url, '#');
  const head = hash < 0 ? url : substring(url, 0, hash);
  const last = head[head.length - 1];
  const joint = indexOf(head, '?') < 0 ? '?' : last === '?' || last === '&' ? '' : '&';
  return head + joint + query + (hash < 0 ? '' : substring(url, hash));
}

function checkBody(body) {
  if (typeof body === 'string') return body;
  const kind = native.kind(body);
  if (kind === K.ARRAY_BUFFER || kind === K.TYPED_ARRAY || kind === K.DATA_VIEW) return body;
  return refuse(`body must be a string, a Uint8Array or an ArrayBuffer, not ${shared.typeName(body)}; json sends values`);
}

function hasType(headers) {
  for (let i = 0; i < headers.length; i += 2) if (toLowerCase(headers[i]) === 'content-type') return true;
  return false;
}

// Hands a request over through `send`, which is native.ask or native.start.
function request(send, method, url, options) {
  if (typeof method !== 'string') refuse(`a method must be a string, not ${shared.typeName(method)}`);
  if (typeof url !== 'string') refuse(`a URL must be a string, not ${shared.typeName(url)}`);
  if (options === undefined || options === null) options = {};
  if (typeof options !== 'object') refuse(`the options of a request must be an object, not ${shared.typeName(options)}`);
  const keys = P.keys(options);
  for (let i = 0; i < keys.length; i++) {
    if (!P.includes(OPTIONS, keys[i])) refuse(`'${keys[i]}' is not an option of a request; those are ${P.join(OPTIONS, ', ')}`);
  }
  const { params, json, timeout, redirect } = options;
  let { body } = options;
  const headers = headerList(options.headers);
  if (json !== undefined) {
    if (body !== undefined && body !== null) refuse('a request has body or json, not both');
    body = P.stringify(json);
    if (body === undefined) refuse(`${shared.typeName(json)} has no JSON form`);
    if (!hasType(headers)) push(headers, 'Content-Type', 'application/json');
  } else {
    body = body === undefined || body === null ? undefined : checkBody(body);
  }
  let seconds;
  if (timeout !== undefined && timeout !== null) {
    if (typeof timeout !== 'number') refuse(`timeout must be a number of milliseconds, not ${shared.typeName(timeout)}`);
    if (!(timeout > 0 && timeout < 1e300)) throw new P.RangeError('timeout must be a number of milliseconds above 0');
    seconds = timeout / 1000;
  }
  if (redirect !== undefined && redirect !== 'follow' && redirect !== 'manual' && redirect !== 'error') {
    refuse("redirect must be 'follow', 'manual' or 'error'");
  }
  return send('goru:http.request', 'method', P.toUpperCase(method), 'url',
    params === undefined || params === null ? url : withParams(url, params),
    'headers', headers.length > 0 ? headers : undefined, 'body', body, 'timeout', seconds, 'redirect', redirect);
}

function checkName(name) {
  return typeof name === 'string' ? name : refuse(`the name of a secret must be a string, not ${shared.typeName(name)}`);
}

const { ask, start } = native;

shared.global('http', {
  get(url, options) { return new Response(request(ask, 'GET', url, options)); },
  post(url, options) { return new Response(request(ask, 'POST', url, options)); },
  put(url, options) { return new Response(request(ask, 'PUT', url, options)); },
  patch(url, options) { return new Response(request(ask, 'PATCH', url, options)); },
  delete(url, options) { return new Response(request(ask, 'DELETE', url, options)); },
  head(url, options) { return new Response(request(ask, 'HEAD', url, options)); },
  options(url, options) { return new Response(request(ask, 'OPTIONS', url, options)); },
  request(method, url, options) { return new Response(request(ask, method, url, options)); },

  async asyncGet(url, options) { return new Response(await request(start, 'GET', url, options)); },
  async asyncPost(url, options) { return new Response(await request(start, 'POST', url, options)); },
  async asyncPut(url, options) { return new Response(await request(start, 'PUT', url, options)); },
  async asyncPatch(url, options) { return new Response(await request(start, 'PATCH', url, options)); },
  async asyncDelete(url, options) { return new Response(await request(start, 'DELETE', url, options)); },
  async asyncHead(url, options) { return new Response(await request(start, 'HEAD', url, options)); },
  async asyncOptions(url, options) { return new Response(await request(start, 'OPTIONS', url, options)); },
  async asyncRequest(method, url, options) { return new Response(await request(start, method, url, options)); },

  secret(name) { return ask('goru:http.secret', 'name', checkName(name)); },
});
shared.http = globalThis.http;
// For what can be cancelled: the call, and what is made of its answer.
shared.startRequest = (method, url, options) => request(start, method, url, options);
shared.responseOf = (answer) => new Response(answer);
