// AbortController and AbortSignal (DOM standard, 3).
import { EventTarget, Event, defineEventAttribute } from 'event-target-shim';

const own = Symbol('own');
let signalAbort, create;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason;
  // Those that follow this one.
  #dependents = [];
  // What this one follows: signals that follow nothing.
  #sources = [];

  constructor(key) {
    if (key !== own) throw new TypeError('Illegal constructor');
    super();
  }

  static {
    create = () => new AbortSignal(own);
    signalAbort = (signal, reason) => {
      if (signal.#aborted) return;
      const all = [signal, ...signal.#dependents.filter((dependent) => !dependent.#aborted)];
      for (const each of all) {
        each.#aborted = true;
        each.#reason = reason;
      }
      for (const each of all) each.dispatchEvent(new Event('abort'));
    };
  }

  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }
  throwIfAborted() { if (this.#aborted) throw this.#reason; }

  static abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    const signal = create();
    signal.#aborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(milliseconds) {
    const delay = Number(milliseconds);
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) throw new TypeError('the milliseconds of AbortSignal.timeout must be a number from 0 on');
    if (typeof setTimeout !== 'function') {
      throw new Error('AbortSignal.timeout needs timers: they are there with --timers, WithSessionTimers or --compat');
    }
    const signal = create();
    // The run does not go on for its sake.
    goru.unrefTimer(setTimeout(() => signalAbort(signal, new DOMException('The operation timed out', 'TimeoutError')), delay));
    return signal;
  }

  static any(signals) {
    const result = create();
    const list = [...signals];
    for (const signal of list) {
      if (!(signal instanceof AbortSignal)) throw new TypeError('AbortSignal.any takes a list of AbortSignals');
      if (signal.#aborted && !result.#aborted) {
        result.#aborted = true;
        result.#reason = signal.#reason;
      }
    }
    if (result.#aborted) return result;
    for (const signal of list) {
      for (const source of signal.#sources.length > 0 ? signal.#sources : [signal]) {
        if (result.#sources.includes(source)) continue;
        result.#sources.push(source);
        source.#dependents.push(result);
      }
    }
    return result;
  }

  get [Symbol.toStringTag]() { return 'AbortSignal'; }
}
defineEventAttribute(AbortSignal.prototype, 'abort');

export class AbortController {
  #signal = create();
  get signal() { return this.#signal; }
  abort(reason = new DOMException('This operation was aborted', 'AbortError')) { signalAbort(this.#signal, reason); }
  get [Symbol.toStringTag]() { return 'AbortController'; }
}
