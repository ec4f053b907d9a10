// URL and URLSearchParams, the classes of the WHATWG URL standard over the parser of url_parser.js.
const P = shared.primordials;
const U = shared.url;
const { push, indexOf, substring, TypeError, defineProperty } = P;

const text = (value) => U.toWellFormed(`${value}`);
const need = (count, least, what) => {
  if (count < least) throw new TypeError(`${what} expects ${least} argument${least > 1 ? 's' : ''}`);
};
// What a class of the platform offers is enumerable, and the class has a tag.
const expose = (prototype, name) => {
  const keys = P.ownKeys(prototype);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] === 'constructor' || typeof keys[i] === 'symbol') continue;
    defineProperty(prototype, keys[i], { __proto__: null, enumerable: true });
  }
  defineProperty(prototype, P.toStringTag, { __proto__: null, value: name, configurable: true });
};

// ---- application/x-www-form-urlencoded ----

const decodeField = (field) => {
  const parts = U.split(field, '+');
  return U.decodeText(P.join(parts, ' '));
};

function parseForm(input) {
  const list = [];
  const fields = U.split(input, '&');
  for (let i = 0; i < fields.length; i++) {
    if (fields[i] === '') continue;
    const equals = indexOf(fields[i], '=');
    const name = equals < 0 ? fields[i] : substring(fields[i], 0, equals);
    push(list, [decodeField(name), equals < 0 ? '' : decodeField(substring(fields[i], equals + 1))]);
  }
  return list;
}

const encodeField = (field) => P.join(U.split(U.encodeText(field, U.FORM_SET), '%20'), '+');

function serializeForm(list) {
  const fields = [];
  for (let i = 0; i < list.length; i++) push(fields, `${encodeField(list[i][0])}=${encodeField(list[i][1])}`);
  return P.join(fields, '&');
}

// ---- URLSearchParams ----

let adopt; // makes the parameters of a URL
let replaceList; // gives them another list

const pairOf = (entry) => {
  if (typeof entry !== 'object' && typeof entry !== 'function' || entry === null) throw new TypeError('each entry of URLSearchParams is a pair');
  const pair = [...entry];
  if (pair.length !== 2) throw new TypeError('each entry of URLSearchParams is a pair');
  return [text(pair[0]), text(pair[1])];
};

class URLSearchParams {
  #list = [];

  #url = null;

  constructor(init = '') {
    if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
      const method = init[P.iterator];
      if (method !== undefined && method !== null) {
        if (typeof method !== 'function') throw new TypeError('the argument of URLSearchParams is not iterable');
        for (const entry of init) push(this.#list, pairOf(entry));
      } else {
        const keys = P.ownKeys(init);
        const places = new P.Map();
        for (let i = 0; i < keys.length; i++) {
          const descriptor = P.getOwnPropertyDescriptor(init, keys[i]);
          if (descriptor === undefined || !descriptor.enumerable) continue;
          if (typeof keys[i] === 'symbol') throw new TypeError('a symbol cannot be a name in URLSearchParams');
          const [name, value] = [text(keys[i]), text(init[keys[i]])];
          // Two names may become one when lone surrogates are replaced.
          if (P.mapHas(places, name)) this.#list[P.mapGet(places, name)][1] = value;
          else {
            P.mapSet(places, name, this.#list.length);
            push(this.#list, [name, value]);
          }
        }
      }
    } else {
      const query = text(init);
      this.#list = parseForm(query[0] === '?' ? substring(query, 1) : query);
    }
  }

  static {
    adopt = (url, query) => {
      const params = new URLSearchParams();
      params.#list = parseForm(query);
      params.#url = url;
      return params;
    };
    replaceList = (params, query) => { params.#list = parseForm(query); };
    shared.isSearchParams = (value) => #list in value;
    shared.searchParamsList = (value) => value.#list;
  }

  #update() {
    if (this.#url !== null) this.#url(serializeForm(this.#list));
  }

  // Keeps the entries for which `test` is true.
  #keep(test) {
    const list = [];
    for (let i = 0; i < this.#list.length; i++) if (test(this.#list[i])) push(list, this.#list[i]);
    this.#list = list;
  }

  get size() { return this.#list.length; }

  append(name, value) {
    need(arguments.length, 2, 'URLSearchParams.append');
    push(this.#list, [text(name), text(value)]);
    this.#update();
  }

  delete(name, value = undefined) {
    need(arguments.length, 1, 'URLSearchParams.delete');
    const wanted = text(name);
    const only = value === undefined ? undefined : text(value);
    this.#keep((entry) => entry[0] !== wanted || (only !== undefined && entry[1] !== only));
    this.#update();
  }

  get(name) {
    need(arguments.length, 1, 'URLSearchParams.get');
    const wanted = text(name);
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i][0] === wanted) return this.#list[i][1];
    return null;
  }

  getAll(name) {
    need(arguments.length, 1, 'URLSearchParams.getAll');
    const wanted = text(name);
    const values = [];
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i][0] === wanted) push(values, this.#list[i][1]);
    return values;
  }

  has(name, value = undefined) {
    need(arguments.length, 1, 'URLSearchParams.has');
    const wanted = text(name);
    const only = value === undefined ? undefined : text(value);
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i][0] === wanted && (only === undefined || this.#list[i][1] === only)) return true;
    }
    return false;
  }

  set(name, value) {
    need(arguments.length, 2, 'URLSearchParams.set');
    const [wanted, given] = [text(name), text(value)];
    let found = false;
    this.#keep((entry) => {
      if (entry[0] !== wanted) return true;
      if (found) return false;
      found = true;
      entry[1] = given;
      return true;
    });
    if (!found) push(this.#list, [wanted, given]);
    this.#update();
  }

  sort() {
    // By code units, as strings compare; the order of equal names stays.
    P.sort(this.#list, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#update();
  }

  forEach(callback, thisArgument = undefined) {
    if (typeof callback !== 'function') throw new TypeError('URLSearchParams.forEach expects a function');
    for (let i = 0; i < this.#list.length; i++) P.apply(callback, thisArgument, [this.#list[i][1], this.#list[i][0], this]);
  }

  entries() { return iterate(this, (entry) => [entry[0], entry[1]]); }

  keys() { return iterate(this, (entry) => entry[0]); }

  values() { return iterate(this, (entry) => entry[1]); }

  toString() { return serializeForm(this.#list); }
}

const iteratorPrototype = P.create(P.getPrototypeOf(P.getPrototypeOf([][P.iterator]())));
const iterations = new WeakMap();
const iterationOf = P.uncurry(WeakMap.prototype.get);
const startIteration = P.uncurry(WeakMap.prototype.set);

// The list is asked for at each step: it may be another one by then.
function iterate(params, view) {
  const iterator = P.create(iteratorPrototype);
  startIteration(iterations, iterator, { __proto__: null, params, view, next: 0 });
  return iterator;
}
const iteratorMethods = {
  next() {
    const iteration = iterationOf(iterations, this);
    if (iteration === undefined) throw new TypeError('not an iterator of URLSearchParams');
    const list = shared.searchParamsList(iteration.params);
    if (iteration.next >= list.length) return { value: undefined, done: true };
    return { value: iteration.view(list[iteration.next++]), done: false };
  },
};
defineProperty(iteratorPrototype, 'next', { __proto__: null, value: iteratorMethods.next, writable: true, enumerable: true, configurable: true });
defineProperty(iteratorPrototype, P.toStringTag, { __proto__: null, value: 'URLSearchParams Iterator', configurable: true });

expose(URLSearchParams.prototype, 'URLSearchParams');
defineProperty(URLSearchParams.prototype, P.iterator, {
  __proto__: null, value: URLSearchParams.prototype.entries, writable: true, configurable: true,
});

// ---- URL ----

const cannotBe = (input) => new TypeError(`Invalid URL: ${input.length > 200 ? `${substring(input, 0, 200)}...` : input}`);

function parseWithBase(url, base) {
  const parsedBase = base === undefined ? undefined : U.parse(base, undefined);
  return parsedBase === U.FAILURE ? U.FAILURE : U.parse(url, parsedBase);
}

let blank; // stands for the argument of a URL that is parsed already

class URL {
  #record;

  #params;

  constructor(url, base = undefined) {
    need(arguments.length, 1, 'URL');
    if (url === blank && blank !== undefined) return;
    const [input, baseInput] = [text(url), base === undefined ? undefined : text(base)];
    const record = parseWithBase(input, baseInput);
    if (record === U.FAILURE) throw cannotBe(input);
    this.#start(record);
  }

  #start(record) {
    this.#record = record;
    this.#params = adopt((query) => {
      this.#record.query = query === '' ? null : query;
    }, record.query ?? '');
  }

  static {
    shared.isURL = (value) => #record in value;
    shared.urlRecord = (value) => value.#record;
  }

  static canParse(url, base = undefined) {
    need(arguments.length, 1, 'URL.canParse');
    return parseWithBase(text(url), base === undefined ? undefined : text(base)) !== U.FAILURE;
  }

  static parse(url, base = undefined) {
    need(arguments.length, 1, 'URL.parse');
    const record = parseWithBase(text(url), base === undefined ? undefined : text(base));
    if (record === U.FAILURE) return null;
    blank = {};
    const result = new URL(blank);
    blank = undefined;
    result.#start(record);
    return result;
  }

  get href() { return U.serialize(this.#record); }

  set href(value) {
    const input = text(value);
    const record = U.parse(input, undefined);
    if (record === U.FAILURE) throw cannotBe(input);
    this.#record = record;
    replaceList(this.#params, record.query ?? '');
  }

  get origin() { return U.origin(this.#record); }

  get protocol() { return `${this.#record.scheme}:`; }

  set protocol(value) { U.parse(`${text(value)}:`, undefined, this.#record, 'scheme start'); }

  // A URL without a host, or of files, has no credentials and no port.
  #hasNoAuthority() {
    const { host, scheme } = this.#record;
    return host === null || host === '' || scheme === 'file';
  }

  get username() { return this.#record.username; }

  set username(value) {
    const name = text(value);
    if (!this.#hasNoAuthority()) this.#record.username = U.encodeText(name, U.USERINFO_SET);
  }

  get password() { return this.#record.password; }

  set password(value) {
    const password = text(value);
    if (!this.#hasNoAuthority()) this.#record.password = U.encodeText(password, U.USERINFO_SET);
  }

  get host() {
    const { host, port } = this.#record;
    return host === null ? '' : port === null ? host : `${host}:${port}`;
  }

  set host(value) {
    const host = text(value);
    if (typeof this.#record.path !== 'string') U.parse(host, undefined, this.#record, 'host');
  }

  get hostname() { return this.#record.host ?? ''; }

  set hostname(value) {
    const host = text(value);
    if (typeof this.#record.path !== 'string') U.parse(host, undefined, this.#record, 'hostname');
  }

  get port() { return this.#record.port === null ? '' : `${this.#record.port}`; }

  set port(value) {
    const port = text(value);
    if (this.#hasNoAuthority()) return;
    if (port === '') this.#record.port = null;
    else U.parse(port, undefined, this.#record, 'port');
  }

  get pathname() { return U.serializePath(this.#record); }

  set pathname(value) {
    const path = text(value);
    if (typeof this.#record.path === 'string') return;
    this.#record.path = [];
    U.parse(path, undefined, this.#record, 'path start');
  }

  get search() { return this.#record.query ? `?${this.#record.query}` : ''; }

  set search(value) {
    const search = text(value);
    const query = search[0] === '?' ? substring(search, 1) : search;
    if (search === '') this.#record.query = null;
    else {
      this.#record.query = '';
      U.parse(query, undefined, this.#record, 'query');
    }
    replaceList(this.#params, search === '' ? '' : query);
  }

  get searchParams() { return this.#params; }

  get hash() { return this.#record.fragment ? `#${this.#record.fragment}` : ''; }

  set hash(value) {
    const hash = text(value);
    if (hash === '') {
      this.#record.fragment = null;
      return;
    }
    this.#record.fragment = '';
    U.parse(hash[0] === '#' ? substring(hash, 1) : hash, undefined, this.#record, 'fragment');
  }

  toString() { return U.serialize(this.#record); }

  toJSON() { return U.serialize(this.#record); }
}

expose(URL.prototype, 'URL');

// What inspect shows of these, without running their getters, which guest code can replace.
shared.describe = (value, format, output) => {
  if (shared.isURL(value)) {
    const record = shared.urlRecord(value);
    return () => push(output, `href: ${format(U.serialize(record))}`, `origin: ${format(U.origin(record))}`);
  }
  if (!shared.isSearchParams(value)) return null;
  return () => {
    const list = shared.searchParamsList(value);
    for (let i = 0; i < list.length && i < 100; i++) push(output, `${format(list[i][0])} => ${format(list[i][1])}`);
    if (list.length > 100) push(output, `... ${list.length - 100} more`);
  };
};

shared.global('URL', URL);
shared.global('URLSearchParams', URLSearchParams);
