// What web pages and servers of other engines have besides http; joined by bundle.py, loaded when a program first uses one of them.
import { Event, EventTarget, setErrorHandler, setWarningHandler } from 'event-target-shim';
import Blob from 'fetch-blob';
import File from 'fetch-blob/file.js';
import { FormData } from 'formdata-polyfill/esm.min.js';
import { Headers } from 'headers-polyfill';
import {
  ByteLengthQueuingStrategy, CountQueuingStrategy, ReadableStream, ReadableStreamDefaultReader, TransformStream, WritableStream,
} from 'web-streams-polyfill';
import { AbortController, AbortSignal } from './abort.js';
import { SubtleCrypto, subtle } from './digest.js';
import { CustomEvent } from './events.js';
import { fetch, Request, Response } from './fetch.js';
import { TextDecoderStream, TextEncoderStream } from './text_streams.js';

// An error of a listener is told, and the others are still called.
setErrorHandler((error) => goru.report(error));
setWarningHandler(() => {});

shared.web = {
  __proto__: null,
  AbortController, AbortSignal, Blob, ByteLengthQueuingStrategy, CountQueuingStrategy, CustomEvent, Event, EventTarget, File, FormData, Headers,
  ReadableStream, ReadableStreamDefaultReader, Request, Response, SubtleCrypto, TextDecoderStream, TextEncoderStream, TransformStream,
  WritableStream, fetch, subtle,
};
