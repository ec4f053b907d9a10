// TextDecoderStream and TextEncoderStream (Encoding standard, 7.5 and 7.6).
import { TransformStream } from 'web-streams-polyfill';

export class TextDecoderStream {
  #decoder;
  #stream;
  constructor(label, options) {
    const decoder = (this.#decoder = new TextDecoder(label, options));
    const pass = (controller, text) => { if (text !== '') controller.enqueue(text); };
    this.#stream = new TransformStream({
      transform(chunk, controller) { pass(controller, decoder.decode(chunk, { stream: true })); },
      flush(controller) { pass(controller, decoder.decode()); },
    });
  }
  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}

const isHigh = (code) => code >= 0xd800 && code < 0xdc00;

export class TextEncoderStream {
  #stream;
  constructor() {
    const encoder = new TextEncoder();
    // The first half of a pair whose other half comes with the next chunk.
    let half = '';
    this.#stream = new TransformStream({
      transform(chunk, controller) {
        let text = half + String(chunk);
        half = text !== '' && isHigh(text.charCodeAt(text.length - 1)) ? text[text.length - 1] : '';
        if (half) text = text.slice(0, -1);
        if (text !== '') controller.enqueue(encoder.encode(text));
      },
      flush(controller) { if (half) controller.enqueue(encoder.encode(half)); },
    });
  }
  get encoding() { return 'utf-8'; }
  get readable() { return this.#stream.readable; }
  get writable() { return this.#stream.writable; }
}
