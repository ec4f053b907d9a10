// fetch, Request and Response (Fetch standard) over the sandbox's http: the host decides what may be asked for.
import { Headers } from 'headers-polyfill';
import { AbortController, AbortSignal } from './abort.js';
import { Body, extract } from './body.js';

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH'];
const STATUS_TEXTS = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 206: 'Partial Content', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other',
  304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 409: 'Conflict', 410: 'Gone', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error',
  502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
};
// What other implementations know and nothing here depends on.
const IGNORED = ['mode', 'credentials', 'cache', 'referrer', 'referrerPolicy', 'integrity', 'keepalive', 'duplex', 'priority', 'window'];
const KNOWN = ['method', 'headers', 'body', 'redirect', 'signal', ...IGNORED];

export class Request extends Body {
  #method;
  #url;
  #headers;
  #redirect;
  #signal;

  constructor(input, init = {}) {
    if (init === null || typeof init !== 'object') throw new TypeError('the options of a request must be an object');
    for (const name of Object.keys(init)) {
      if (!KNOWN.includes(name)) throw new TypeError(`'${name}' is not an option of a request; those are ${KNOWN.join(', ')}`);
    }
    const from = input instanceof Request ? input : null;
    const url = from ? from.url : new URL(String(input)).href;
    const method = String(init.method ?? from?.method ?? 'GET');
    const upper = method.toUpperCase();
    const headers = new Headers(init.headers ?? from?.headers);
    let source = null;
    if (init.body !== undefined && init.body !== null) {
      if (upper === 'GET' || upper === 'HEAD') throw new TypeError(`a request with the method ${upper} has no body`);
      const body = extract(init.body);
      source = body.source;
      if (body.type && !headers.has('content-type')) headers.set('content-type', body.type);
    } else if (from) {
      source = from.copied();
    }
    super(source);
    this.#method = METHODS.includes(upper) ? upper : method;
    this.#url = url;
    this.#headers = headers;
    this.#redirect = String(init.redirect ?? from?.redirect ?? 'follow');
    if (!['follow', 'manual', 'error'].includes(this.#redirect)) throw new TypeError("redirect must be 'follow', 'manual' or 'error'");
    const signal = init.signal === undefined ? from?.signal : init.signal;
    if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) throw new TypeError('signal must be an AbortSignal');
    this.#signal = signal ? AbortSignal.any([signal]) : new AbortController().signal;
  }
  get method() { return this.#method; }
  get url() { return this.#url; }
  get headers() { return this.#headers; }
  get redirect() { return this.#redirect; }
  get signal() { return this.#signal; }
  clone() { return new Request(this); }
  get [Symbol.toStringTag]() { return 'Request'; }
}

let describe;

export class Response extends Body {
  #status;
  #statusText;
  #headers;
  #url = '';
  #type = 'default';
  #redirected = false;

  static {
    describe = (response, url, type, redirected) => {
      response.#url = url;
      response.#type = type;
      response.#redirected = redirected;
      return response;
    };
  }

  constructor(body = null, init = {}) {
    const status = Number(init?.status ?? 200);
    if (!(Number.isInteger(status) && status >= 200 && status <= 599)) throw new RangeError('the status of a response is a whole number from 200 to 599');
    const headers = new Headers(init?.headers);
    let source = null;
    if (body !== null && body !== undefined) {
      if ([204, 205, 304].includes(status)) throw new TypeError(`a response of status ${status} has no body`);
      const extracted = extract(body);
      source = extracted.source;
      if (extracted.type && !headers.has('content-type')) headers.set('content-type', extracted.type);
    }
    super(source);
    this.#status = status;
    this.#statusText = String(init?.statusText ?? '');
    this.#headers = headers;
  }
  static error() {
    const response = describe(new Response(null), '', 'error', false);
    response.#status = 0;
    return response;
  }
  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('the data has no JSON form');
    const headers = new Headers(init?.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(text, { ...init, headers });
  }
  static redirect(url, status = 302) {
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError('the status of a redirect is 301, 302, 303, 307 or 308');
    return new Response(null, { status, headers: { location: new URL(String(url)).href } });
  }
  get status() { return this.#status; }
  get statusText() { return this.#statusText; }
  get ok() { return this.#status >= 200 && this.#status < 300; }
  get headers() { return this.#headers; }
  get url() { return this.#url; }
  get type() { return this.#type; }
  get redirected() { return this.#redirected; }
  clone() {
    const copy = new Response(this.copied(), { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
    copy.#status = this.#status;
    return describe(copy, this.#url, this.#type, this.#redirected);
  }
  get [Symbol.toStringTag]() { return 'Response'; }
}

async function perform(request) {
  const headers = [...request.headers].map(([name, value]) => [name, value]);
  const options = { headers, redirect: request.redirect };
  if (request.body !== null) options.body = await request.bytes();
  if (request.signal.aborted) throw request.signal.reason;
  let answer;
  try {
    const call = goru.startRequest(request.method, request.url, options);
    request.signal.addEventListener('abort', () => goru.cancel(call), { once: true });
    answer = goru.responseOf(await call);
  } catch (error) {
    throw new TypeError(`fetch failed: ${error.message}`, { cause: error });
  }
  const received = new Headers();
  for (const name of Object.keys(answer.headers)) {
    for (const value of answer.headers.getAll(name)) received.append(name, value);
  }
  const status = answer.statusCode;
  const bytes = [204, 205, 304].includes(status) || request.method === 'HEAD' ? null : answer.content;
  const response = new Response(bytes, { status, statusText: STATUS_TEXTS[status] ?? '', headers: received });
  const plain = (url) => url.split('#')[0];
  return describe(response, answer.url, 'basic', plain(answer.url) !== plain(request.url));
}

export function fetch(input, init) {
  return new Promise((resolve, reject) => {
    const request = new Request(input, init);
    const { signal } = request;
    if (signal.aborted) throw signal.reason;
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    perform(request).then(resolve, reject);
  });
}
