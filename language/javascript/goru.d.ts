// What code inside the goru JavaScript sandbox sees beyond ES2023. Copy this file into your project for completion and
// type checks; set "lib": ["ES2023"] without "DOM" in tsconfig.json, for nothing else of a browser or of Node.js exists.

export {};

declare global {
  /** A value that crosses to the host and back as JSON. */
  type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

  // ---- host functions ----

  /**
   * Calls a function that the host registered and waits for its result.
   * Throws what the host raised: a standard error class where its type names one, else a {@link HostError}.
   */
  function call<T = any>(name: string, args?: object): T;

  /**
   * Starts a call of a host function. All calls that are started before the code next waits cross to the host together
   * and run there at the same time.
   */
  function asyncCall<T = any>(name: string, args?: object): Promise<T>;

  /** Waits for all of the promises, given one by one or as one array; like Promise.all. */
  function runAsync<T extends readonly unknown[]>(promises: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
  function runAsync<T extends readonly unknown[]>(...promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;

  /** What a host function raised; `name` is the type that the host gave. */
  class HostError extends Error {}

  /** The host's time: seconds since 1970, with a fraction. */
  function time_now(): number;

  // ---- standard streams ----

  /** The next line of standard input without its line end; null at the end of the input. */
  function readLine(): string | null;

  /** What is left of standard input. */
  function readAll(): string;

  /** Writes the values to standard output, separated by spaces, with a line end. */
  function print(...values: unknown[]): void;

  interface Console {
    log(...values: unknown[]): void;
    info(...values: unknown[]): void;
    debug(...values: unknown[]): void;
    /** To standard error. */
    warn(...values: unknown[]): void;
    /** To standard error. */
    error(...values: unknown[]): void;
    /** The place of the call, to standard error. */
    trace(...values: unknown[]): void;
    /** Writes to standard error when the condition does not hold. */
    assert(condition?: unknown, ...values: unknown[]): void;
    dir(value: unknown, options?: { depth?: number | null }): void;
    dirxml(...values: unknown[]): void;
    table(data: unknown, columns?: string[]): void;
    count(label?: string): void;
    countReset(label?: string): void;
    group(...values: unknown[]): void;
    groupCollapsed(...values: unknown[]): void;
    groupEnd(): void;
    time(label?: string): void;
    timeLog(label?: string, ...values: unknown[]): void;
    timeEnd(label?: string): void;
  }
  var console: Console;

  // ---- the web platform's share ----

  function queueMicrotask(callback: () => void): void;

  function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

  /** Base64 of a string of characters up to U+00FF. */
  function btoa(data: string): string;
  function atob(data: string): string;

  class TextEncoder {
    readonly encoding: "utf-8";
    encode(text?: string): Uint8Array;
    encodeInto(text: string, target: Uint8Array): { read: number; written: number };
  }

  /** Knows utf-8, utf-16le, utf-16be and windows-1252 ("latin1"). */
  class TextDecoder {
    constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
  }

  /** A URL of the WHATWG URL standard. */
  class URL {
    constructor(url: string | URL, base?: string | URL);
    static canParse(url: string | URL, base?: string | URL): boolean;
    static parse(url: string | URL, base?: string | URL): URL | null;
    href: string;
    readonly origin: string;
    protocol: string;
    username: string;
    password: string;
    host: string;
    hostname: string;
    port: string;
    pathname: string;
    search: string;
    readonly searchParams: URLSearchParams;
    hash: string;
    toString(): string;
    toJSON(): string;
  }

  class URLSearchParams {
    constructor(init?: string | Record<string, string> | Iterable<readonly [string, string]>);
    readonly size: number;
    append(name: string, value: string): void;
    delete(name: string, value?: string): void;
    get(name: string): string | null;
    getAll(name: string): string[];
    has(name: string, value?: string): boolean;
    set(name: string, value: string): void;
    sort(): void;
    forEach(callback: (value: string, name: string, params: URLSearchParams) => void, thisArgument?: unknown): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
    toString(): string;
  }

  interface Performance {
    /** Milliseconds since the first run of the session. */
    now(): number;
    /** When that was, in milliseconds since 1970. */
    readonly timeOrigin: number;
  }
  var performance: Performance;

  interface Crypto {
    /** Fills an array of at most 65536 bytes with random numbers of the host. */
    getRandomValues<T extends Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array
      | Uint32Array | BigInt64Array | BigUint64Array>(array: T): T;
    randomUUID(): string;
  }
  var crypto: Crypto;

  class DOMException extends Error {
    constructor(message?: string, name?: string);
    readonly name: string;
    readonly message: string;
    readonly code: number;
  }

  // ---- of the engine ----

  /** What the engine throws when memory is exhausted. */
  class InternalError extends Error {}
}
