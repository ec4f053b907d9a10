// readline on standard input: lines, as they are asked for.
'use strict';
const EventEmitter = require('events');

class Interface extends EventEmitter {
  constructor(options) {
    super();
    this.output = options?.output;
    this.line = '';
    this.terminal = false;
    this.closed = false;
    this.begun = false;
    this.paused = false;
    this.waiting = [];
    this.text = '> ';
  }
  on(name, listener) {
    super.on(name, listener);
    if (name === 'line') this.flow();
    return this;
  }
  addListener(name, listener) {
    return this.on(name, listener);
  }
  // One line for each turn, so that what a line starts runs before the next.
  flow() {
    if (this.begun) return;
    this.begun = true;
    const next = () => {
      this.begun = false;
      if (this.closed || this.paused) return;
      if (this.waiting.length === 0 && this.listenerCount('line') === 0) return;
      const line = readLine();
      if (line === null) return this.close();
      const answer = this.waiting.shift();
      if (answer !== undefined) answer(line);
      else this.emit('line', line);
      this.flow();
    };
    setImmediate(next);
  }
  question(query, options, callback) {
    const answer = callback ?? options;
    if (typeof answer !== 'function') throw new TypeError('The "cb" argument must be of type function');
    if (this.closed) throw Object.assign(new Error('readline was closed'), { code: 'ERR_USE_AFTER_CLOSE' });
    (this.output ?? { write() {} }).write(String(query));
    this.waiting.push(answer);
    this.flow();
  }
  setPrompt(text) { this.text = String(text); }
  getPrompt() { return this.text; }
  prompt() {
    (this.output ?? { write() {} }).write(this.text);
    this.flow();
  }
  write() {}
  pause() { this.paused = true; return this; }
  resume() { this.paused = false; this.flow(); return this; }
  close() {
    if (this.closed) return;
    this.closed = true;
    this.emit('close');
  }
  async *[Symbol.asyncIterator]() {
    for (let line; !this.closed && (line = readLine()) !== null;) yield line;
    this.close();
  }
  [Symbol.dispose]() { this.close(); }
}

class PromiseInterface extends Interface {
  question(query) {
    return new Promise((resolve, reject) => {
      try {
        super.question(query, resolve);
        this.once('close', () => reject(Object.assign(new Error('readline was closed'), { code: 'ERR_USE_AFTER_CLOSE' })));
      } catch (error) {
        reject(error);
      }
    });
  }
}

const optionsOf = (input, output) => (input !== undefined && typeof input.on === 'function' ? { input, output } : input);
module.exports = {
  Interface,
  createInterface: (input, output) => new Interface(optionsOf(input, output)),
  clearLine: () => true,
  clearScreenDown: () => true,
  cursorTo: () => true,
  moveCursor: () => true,
  emitKeypressEvents() {},
  promises: { Interface: PromiseInterface, createInterface: (input, output) => new PromiseInterface(optionsOf(input, output)) },
};
