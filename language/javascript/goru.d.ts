// What code inside the goru JavaScript sandbox sees beyond ES2023. Copy this file into your project for completion and
// type checks; set "lib": ["ES2023"] without "DOM" in tsconfig.json, for nothing else of a browser or of Node.js exists.

export {};

declare global {
  /** A value that crosses to the host and back as JSON. */
  type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

  // ---- host functions ----

  /**
   * Calls a function that the host registered and waits for its result. Arguments cross as JSON.stringify has them, but
   * for bytes: a Uint8Array, any other view and an ArrayBuffer stay what they are, and bytes of the host are a Uint8Array.
   * Throws what the host raised: a standard error class where its type names one, else a {@link HostError}.
   */
  function call<T = any>(name: string, args?: object): T;
  namespace call {
    /** The host functions that this sandbox may call, sorted by name. */
    function functions(): HostFunction[];
    /** Prints them, with what they do and take. */
    function help(): void;
  }

  /** What a host function does and takes. */
  interface HostFunction {
    name: string;
    description: string;
    /** null: any arguments. */
    parameters: HostParameter[] | null;
  }

  /** An argument of a host function. */
  interface HostParameter {
    name: string;
    type: "any" | "boolean" | "integer" | "number" | "string" | "bytes" | "array" | "object";
    description: string;
    required: boolean;
    /** What the function gets where the argument is missing. */
    default?: any;
  }

  /**
   * Starts a call of a host function. All calls that are started before the code next waits cross to the host together
   * and run there at the same time.
   */
  function asyncCall<T = any>(name: string, args?: object): Promise<T>;

  /** Fulfilled after so many milliseconds. Every sandbox has it. */
  function sleep(ms?: number): Promise<void>;

  /** With `--timers` (WithSessionTimers): calls `callback` once, after so many milliseconds. */
  function setTimeout<A extends unknown[]>(callback: (...args: A) => unknown, ms?: number, ...args: A): number;
  /** Likewise, again and again. */
  function setInterval<A extends unknown[]>(callback: (...args: A) => unknown, ms?: number, ...args: A): number;
  /** Likewise, once the jobs that are pending are done. */
  function setImmediate<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): number;
  /** Takes a timer back; what is no timer is ignored. */
  function clearTimeout(timer?: number): void;
  function clearInterval(timer?: number): void;
  function clearImmediate(timer?: number): void;

  /** Waits for all of the promises, given one by one or as one array; like Promise.all. */
  function runAsync<T extends readonly unknown[]>(promises: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
  function runAsync<T extends readonly unknown[]>(...promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;

  /**
   * What a host function or a built-in module raised; `name` is the type that the host gave: PermissionError,
   * FileNotFoundError, TimeoutError, ConnectionError, ValueError, OSError ...
   */
  class HostError extends Error {
    /** Of errors of the system: ENOENT, ENOSPC, EFBIG ... */
    code?: string;
    /** The path that the error is about. */
    path?: string;
  }

  /** The host's time: seconds since 1970, with a fraction. */
  function time_now(): number;

  // ---- http ----

  /** Settings of one request. */
  interface HttpOptions {
    /** Text or bytes to send. */
    body?: string | ArrayBufferView | ArrayBuffer | null;
    /** An object, or a list of pairs where a name repeats. */
    headers?: { [name: string]: string } | [name: string, value: string][] | null;
    /** Added to the query of the URL; an array repeats its name, undefined and null are left out. */
    params?: { [name: string]: unknown } | [name: string, value: unknown][] | null;
    /** A value to send as JSON; sets Content-Type unless headers do. */
    json?: unknown;
    /** Milliseconds. */
    timeout?: number | null;
    /** What to do about redirects; "follow" unless set. */
    redirect?: "follow" | "manual" | "error";
  }

  /** Headers of a response, as received and found whatever their case; repeated ones are joined by ", ". */
  interface HttpHeaders {
    readonly [name: string]: string | undefined;
    /** The values of a header that may have come several times. */
    // @ts-ignore: a header of this name cannot be looked up by index
    getAll(name: string): string[];
  }

  /** What a server answered. A status is never an exception. */
  interface HttpResponse {
    /** Whether the status is 200 to 299. */
    readonly ok: boolean;
    readonly statusCode: number;
    /** Where the response came from, after redirects. */
    readonly url: string;
    readonly headers: HttpHeaders;
    /** The body as text, by the charset that the server named, else as UTF-8. Wrong bytes become U+FFFD. */
    readonly text: string;
    /** The body as bytes. */
    readonly content: Uint8Array;
    /** The value of a body of JSON. */
    json<T = any>(): T;
  }

  /**
   * Requests to the hosts that the sandbox was given. Throws a HostError: PermissionError where the host, the address or http as
   * a whole is not allowed, TimeoutError and ConnectionError where no answer came, OSError where a body was too large.
   */
  interface Http {
    get(url: string, options?: HttpOptions): HttpResponse;
    post(url: string, options?: HttpOptions): HttpResponse;
    put(url: string, options?: HttpOptions): HttpResponse;
    patch(url: string, options?: HttpOptions): HttpResponse;
    delete(url: string, options?: HttpOptions): HttpResponse;
    head(url: string, options?: HttpOptions): HttpResponse;
    options(url: string, options?: HttpOptions): HttpResponse;
    request(method: string, url: string, options?: HttpOptions): HttpResponse;
    asyncGet(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncPost(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncPut(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncPatch(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncDelete(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncHead(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncOptions(url: string, options?: HttpOptions): Promise<HttpResponse>;
    asyncRequest(method: string, url: string, options?: HttpOptions): Promise<HttpResponse>;
    /** The placeholder of a secret: in a header the host puts the value in its place. */
    secret(name: string): string;
  }
  var http: Http;

  // ---- fs ----

  interface FsEntry {
    name: string;
    isDir: boolean;
    size: number;
    /** isDir as Python has it; not enumerable. */
    is_dir: boolean;
  }

  interface FsStat extends FsEntry {
    /** Seconds since 1970, with a fraction. */
    modTime: number;
    /** modTime as Python has it; not enumerable. */
    mod_time: number;
  }

  /**
   * The folders that the host mounted for this sandbox, under absolute paths. Throws a HostError whose name is FileNotFoundError,
   * FileExistsError, PermissionError (also where a mount is read-only or fs is off), IsADirectoryError, NotADirectoryError or
   * OSError, and whose code is that of the system.
   */
  interface Fs {
    /** The text of a file, which must be UTF-8. */
    readText(path: string): string;
    /** The value that a file of JSON holds. */
    readJson<T = any>(path: string): T;
    /** The bytes of a file. */
    readBytes(path: string): Uint8Array;
    /** Replaces a file's content, all of it or nothing. */
    writeText(path: string, text: string): void;
    /** Replaces a file's content with the value as JSON. */
    writeJson(path: string, value: unknown, indent?: number | string): void;
    /** Replaces a file's content, all of it or nothing. */
    writeBytes(path: string, bytes: ArrayBufferView | ArrayBuffer): void;
    /** Adds text to the end of a file. */
    appendText(path: string, text: string): void;
    /** The entries of a folder, sorted by name. */
    listdir(path: string): FsEntry[];
    /** Whether there is a file or folder. */
    exists(path: string): boolean;
    /** What is under a path. */
    stat(path: string): FsStat;
    /** Makes a folder. With recursive, those above it too, and it may be there already. */
    mkdir(path: string, options?: { recursive?: boolean } | null): void;
    /** Removes a file or an empty folder. */
    remove(path: string): void;
    /** Moves a file or folder within its mount; what was at the target is replaced. */
    rename(from: string, to: string): void;
    /**
     * Yields [path, folders, files] for a folder and all below it, from the top down. What is taken out of folders is not visited.
     * Links to folders are named and not followed.
     */
    walk(path: string): Generator<[path: string, folders: string[], files: string[]], void, unknown>;
    asyncReadText(path: string): Promise<string>;
    asyncReadJson<T = any>(path: string): Promise<T>;
    asyncReadBytes(path: string): Promise<Uint8Array>;
    asyncWriteText(path: string, text: string): Promise<void>;
    asyncWriteJson(path: string, value: unknown, indent?: number | string): Promise<void>;
    asyncWriteBytes(path: string, bytes: ArrayBufferView | ArrayBuffer): Promise<void>;
    asyncAppendText(path: string, text: string): Promise<void>;
    asyncListdir(path: string): Promise<FsEntry[]>;
    asyncExists(path: string): Promise<boolean>;
    asyncStat(path: string): Promise<FsStat>;
    asyncMkdir(path: string, options?: { recursive?: boolean } | null): Promise<void>;
    asyncRemove(path: string): Promise<void>;
    asyncRename(from: string, to: string): Promise<void>;
    asyncWalk(path: string): AsyncGenerator<[path: string, folders: string[], files: string[]], void, unknown>;
  }
  var fs: Fs;

  // ---- kv ----

  /**
   * JSON values under string keys, kept by the host. An integer that a number cannot hold exactly is a BigInt, in both
   * directions; smaller BigInts are refused. A TypeError also refuses undefined, functions, NaN, dates, maps and objects of other
   * classes. HostError: ValueError where a limit is passed, OSError with code ENOSPC where the store is full.
   */
  interface KV {
    /** The value under the key, or the fallback where there is none. */
    get<T = any>(key: string): T | null;
    get<T = any, F = T>(key: string, fallback: F): T | F;
    set(key: string, value: unknown): void;
    /** Removes the key and says whether there was one. */
    delete(key: string): boolean;
    /** All keys, sorted. */
    keys(): string[];
    asyncGet<T = any>(key: string): Promise<T | null>;
    asyncGet<T = any, F = T>(key: string, fallback: F): Promise<T | F>;
    asyncSet(key: string, value: unknown): Promise<void>;
    asyncDelete(key: string): Promise<boolean>;
    asyncKeys(): Promise<string[]>;
  }
  var kv: KV;

  // ---- standard streams ----

  /** The next line of standard input without its line end; null at the end of the input. */
  function readLine(): string | null;
  /** The same, as shells of engines call it. */
  function readline(): string | null;

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
    readonly subtle: SubtleCrypto;
  }
  var crypto: Crypto;

  class DOMException extends Error {
    constructor(message?: string, name?: string);
    readonly name: string;
    readonly message: string;
    readonly code: number;
  }

  // ---- of the web ----

  interface EventInit { bubbles?: boolean; cancelable?: boolean; composed?: boolean }
  type EventListener = ((event: any) => unknown) | { handleEvent(event: any): unknown };

  class Event {
    constructor(type: string, init?: EventInit);
    readonly type: string;
    readonly target: EventTarget | null;
    readonly currentTarget: EventTarget | null;
    readonly bubbles: boolean;
    readonly cancelable: boolean;
    readonly defaultPrevented: boolean;
    readonly timeStamp: number;
    preventDefault(): void;
    stopPropagation(): void;
    stopImmediatePropagation(): void;
    composedPath(): EventTarget[];
  }
  class CustomEvent<T = any> extends Event {
    constructor(type: string, init?: EventInit & { detail?: T });
    readonly detail: T;
  }
  class EventTarget {
    constructor();
    addEventListener(type: string, listener: EventListener | null, options?: boolean | { once?: boolean; capture?: boolean; passive?: boolean; signal?: AbortSignal }): void;
    removeEventListener(type: string, listener: EventListener | null, options?: boolean | { capture?: boolean }): void;
    dispatchEvent(event: Event): boolean;
  }
  /** An error as one that nothing caught: it is written to standard error. */
  function reportError(error: unknown): void;

  class AbortSignal extends EventTarget {
    private constructor();
    /** Needs timers (`--timers`); the run does not go on for it. */
    static timeout(milliseconds: number): AbortSignal;
    static abort(reason?: any): AbortSignal;
    static any(signals: Iterable<AbortSignal>): AbortSignal;
    readonly aborted: boolean;
    readonly reason: any;
    onabort: ((event: Event) => unknown) | null;
    throwIfAborted(): void;
  }
  class AbortController {
    readonly signal: AbortSignal;
    abort(reason?: any): void;
  }

  type BlobPart = string | Blob | ArrayBuffer | ArrayBufferView;
  class Blob {
    constructor(parts?: Iterable<BlobPart>, options?: { type?: string; endings?: 'transparent' | 'native' });
    readonly size: number;
    readonly type: string;
    text(): Promise<string>;
    arrayBuffer(): Promise<ArrayBuffer>;
    stream(): ReadableStream<Uint8Array>;
    slice(start?: number, end?: number, type?: string): Blob;
  }
  class File extends Blob {
    constructor(parts: Iterable<BlobPart>, name: string, options?: { type?: string; lastModified?: number });
    readonly name: string;
    readonly lastModified: number;
  }
  class FormData {
    constructor();
    append(name: string, value: string | Blob, filename?: string): void;
    delete(name: string): void;
    get(name: string): string | File | null;
    getAll(name: string): (string | File)[];
    has(name: string): boolean;
    set(name: string, value: string | Blob, filename?: string): void;
    forEach(callback: (value: string | File, name: string, form: FormData) => void): void;
    entries(): IterableIterator<[string, string | File]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string | File>;
    [Symbol.iterator](): IterableIterator<[string, string | File]>;
  }
  class Headers {
    constructor(init?: Headers | Record<string, string> | Iterable<readonly [string, string]>);
    append(name: string, value: string): void;
    delete(name: string): void;
    get(name: string): string | null;
    getSetCookie(): string[];
    has(name: string): boolean;
    set(name: string, value: string): void;
    forEach(callback: (value: string, name: string, headers: Headers) => void): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
  }

  interface QueuingStrategy<T = any> { highWaterMark?: number; size?: (chunk: T) => number }
  class CountQueuingStrategy {
    constructor(init: { highWaterMark: number });
    readonly highWaterMark: number;
    readonly size: (chunk?: any) => number;
  }
  class ByteLengthQueuingStrategy {
    constructor(init: { highWaterMark: number });
    readonly highWaterMark: number;
    readonly size: (chunk: ArrayBufferView) => number;
  }
  class ReadableStreamDefaultReader<R = any> {
    constructor(stream: ReadableStream<R>);
    readonly closed: Promise<void>;
    read(): Promise<{ done: false; value: R } | { done: true; value: undefined }>;
    cancel(reason?: any): Promise<void>;
    releaseLock(): void;
  }
  class ReadableStream<R = any> {
    constructor(source?: { start?(controller: any): unknown; pull?(controller: any): unknown; cancel?(reason: any): unknown; type?: 'bytes' }, strategy?: QueuingStrategy<R>);
    static from<T>(items: Iterable<T> | AsyncIterable<T>): ReadableStream<T>;
    readonly locked: boolean;
    getReader(): ReadableStreamDefaultReader<R>;
    cancel(reason?: any): Promise<void>;
    tee(): [ReadableStream<R>, ReadableStream<R>];
    pipeTo(target: WritableStream<R>, options?: object): Promise<void>;
    pipeThrough<T>(transform: { readonly readable: ReadableStream<T>; readonly writable: WritableStream<any> }, options?: object): ReadableStream<T>;
    values(options?: { preventCancel?: boolean }): AsyncIterableIterator<R>;
    [Symbol.asyncIterator](): AsyncIterableIterator<R>;
  }
  class WritableStream<W = any> {
    constructor(sink?: { start?(controller: any): unknown; write?(chunk: W, controller: any): unknown; close?(): unknown; abort?(reason: any): unknown }, strategy?: QueuingStrategy<W>);
    readonly locked: boolean;
    abort(reason?: any): Promise<void>;
    close(): Promise<void>;
    getWriter(): { readonly closed: Promise<void>; readonly ready: Promise<void>; readonly desiredSize: number | null; write(chunk: W): Promise<void>; close(): Promise<void>; abort(reason?: any): Promise<void>; releaseLock(): void };
  }
  class TransformStream<I = any, O = any> {
    constructor(transformer?: { start?(controller: any): unknown; transform?(chunk: I, controller: any): unknown; flush?(controller: any): unknown }, writable?: QueuingStrategy<I>, readable?: QueuingStrategy<O>);
    readonly readable: ReadableStream<O>;
    readonly writable: WritableStream<I>;
  }
  class TextDecoderStream {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    readonly readable: ReadableStream<string>;
    readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
  }
  class TextEncoderStream {
    constructor();
    readonly encoding: 'utf-8';
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<string>;
  }
  class SubtleCrypto {
    private constructor();
    /** SHA-1, SHA-256, SHA-384 and SHA-512. */
    digest(algorithm: string | { name: string }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  }
  var navigator: { readonly userAgent: string };

  type BodyInit = string | Blob | FormData | URLSearchParams | ReadableStream<Uint8Array> | ArrayBuffer | ArrayBufferView;
  interface Body {
    readonly headers: Headers;
    readonly body: ReadableStream<Uint8Array> | null;
    readonly bodyUsed: boolean;
    text(): Promise<string>;
    json(): Promise<any>;
    bytes(): Promise<Uint8Array>;
    arrayBuffer(): Promise<ArrayBuffer>;
    blob(): Promise<Blob>;
    formData(): Promise<FormData>;
  }
  interface RequestInit {
    method?: string;
    headers?: Headers | Record<string, string> | Iterable<readonly [string, string]>;
    body?: BodyInit | null;
    redirect?: 'follow' | 'manual' | 'error';
    signal?: AbortSignal | null;
  }
  interface Request extends Body {}
  class Request {
    constructor(input: string | URL | Request, init?: RequestInit);
    readonly method: string;
    readonly url: string;
    readonly redirect: string;
    readonly signal: AbortSignal;
    clone(): Request;
  }
  interface Response extends Body {}
  class Response {
    constructor(body?: BodyInit | null, init?: { status?: number; statusText?: string; headers?: RequestInit['headers'] });
    static error(): Response;
    static json(data: any, init?: { status?: number; statusText?: string; headers?: RequestInit['headers'] }): Response;
    static redirect(url: string | URL, status?: number): Response;
    readonly status: number;
    readonly statusText: string;
    readonly ok: boolean;
    readonly url: string;
    readonly type: string;
    readonly redirected: boolean;
    clone(): Response;
  }
  /** With `--web` (WithSessionWeb), as are Request and Response: a request through `http`, by its rules. */
  function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;

  /** Temporal; its types are those of npm's temporal-spec. */
  var Temporal: any;

  // ---- of the engine ----

  /** What the engine throws when memory is exhausted. */
  class InternalError extends Error {}
}
