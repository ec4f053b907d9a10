// Bodies of requests and responses (Fetch standard, 5.2 and 5.3).
import Blob from 'fetch-blob';
import File from 'fetch-blob/file.js';
import { FormData, formDataToBlob } from 'formdata-polyfill/esm.min.js';
import { ReadableStream } from 'web-streams-polyfill';

const text = (bytes) => new TextDecoder().decode(bytes);

async function bytesOfStream(stream) {
  const parts = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!(value instanceof Uint8Array)) throw new TypeError('the chunks of a body must be Uint8Arrays');
    parts.push(value);
    size += value.byteLength;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

// {source: bytes, a Blob or a stream; type}
export function extract(body) {
  if (body instanceof ReadableStream) {
    if (body.locked) throw new TypeError('the stream of the body is locked');
    return { source: body, type: null };
  }
  if (body instanceof Blob) return { source: body, type: body.type || null };
  if (body instanceof FormData) {
    const blob = formDataToBlob(body, Blob);
    return { source: blob, type: blob.type };
  }
  if (body instanceof URLSearchParams) return { source: new TextEncoder().encode(String(body)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (body instanceof ArrayBuffer) return { source: new Uint8Array(body.slice(0)), type: null };
  if (ArrayBuffer.isView(body)) return { source: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice(), type: null };
  return { source: new TextEncoder().encode(String(body)), type: 'text/plain;charset=UTF-8' };
}

function multipart(bytes, boundary) {
  // As text of one character a byte: lines and names are found there, contents are cut out of the bytes.
  let all = '';
  for (let i = 0; i < bytes.length; i += 8192) all += String.fromCharCode(...bytes.subarray(i, i + 8192));
  const form = new FormData();
  const mark = `--${boundary}`;
  const broken = () => new TypeError('the body is not the form that its content type announces');
  let at = all.indexOf(mark);
  if (at < 0) throw broken();
  for (;;) {
    at += mark.length;
    if (all.startsWith('--', at)) return form;
    if (!all.startsWith('\r\n', at)) throw broken();
    const head = all.indexOf('\r\n\r\n', at);
    const end = head < 0 ? -1 : all.indexOf(`\r\n${mark}`, head + 2);
    if (end < 0) throw broken();
    const headers = text(bytes.subarray(at + 2, head));
    const name = /(?:^|\r\n)content-disposition:\s*form-data;[^\r\n]*?\bname="([^"]*)"/i.exec(headers);
    if (!name) throw broken();
    const unescaped = (value) => value.replace(/%22/g, '"').replace(/%0A/gi, '\n').replace(/%0D/gi, '\r');
    const file = /(?:^|\r\n)content-disposition:[^\r\n]*?\bfilename="([^"]*)"/i.exec(headers);
    const content = bytes.subarray(head + 4, Math.max(end, head + 4));
    if (file) {
      const type = /(?:^|\r\n)content-type:\s*([^\r\n]*)/i.exec(headers);
      form.append(unescaped(name[1]), new File([content.slice()], unescaped(file[1]), { type: type ? type[1].trim() : 'text/plain' }));
    } else {
      form.append(unescaped(name[1]), text(content));
    }
    at = end + 2;
  }
}

export class Body {
  #source;
  #stream;
  #used = false;

  constructor(source) { this.#source = source; }

  get body() {
    if (this.#source === null) return null;
    if (this.#source instanceof ReadableStream) return this.#source;
    if (!this.#stream) {
      const bytes = this.#source;
      this.#stream = bytes instanceof Blob ? bytes.stream() : new ReadableStream({
        type: 'bytes',
        start(controller) {
          if (bytes.byteLength > 0) controller.enqueue(bytes.slice());
          controller.close();
        },
      });
    }
    return this.#stream;
  }
  get bodyUsed() { return this.#used || (this.#stream !== undefined && this.#stream.locked); }

  async bytes() {
    if (this.bodyUsed || (this.#source instanceof ReadableStream && this.#source.locked)) throw new TypeError('the body has been read already');
    if (this.#source === null) return new Uint8Array();
    this.#used = true;
    if (this.#source instanceof ReadableStream) return bytesOfStream(this.#source);
    return this.#source instanceof Blob ? new Uint8Array(await this.#source.arrayBuffer()) : this.#source.slice();
  }
  async arrayBuffer() { return (await this.bytes()).buffer; }
  async text() { return text(await this.bytes()); }
  async json() { return JSON.parse(await this.text()); }
  async blob() { return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' }); }
  async formData() {
    const type = this.headers.get('content-type') ?? '';
    if (/^multipart\/form-data\b/i.test(type)) {
      const boundary = /\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
      if (!boundary) throw new TypeError('the content type of the form names no boundary');
      return multipart(await this.bytes(), boundary[1] ?? boundary[2]);
    }
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) throw new TypeError(`a body of the content type '${type}' is no form`);
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
    return form;
  }

  // The source for a copy of this.
  copied() {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    if (!(this.#source instanceof ReadableStream)) return this.#source;
    const [mine, other] = this.#source.tee();
    this.#source = mine;
    return other;
  }
}
Object.defineProperty(Body.prototype, 'copied', { enumerable: false });
