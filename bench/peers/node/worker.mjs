// Workers of the peers that are npm packages, and of native Node. usage: worker.mjs PEER      (protocol: see run.py)
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import readline from "node:readline";
import vm from "node:vm";

const require = createRequire(import.meta.url);
const packageVersion = (name) =>
  JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), "utf-8")).version;

async function timed(job) {
  const start = performance.now();
  await job();
  return (performance.now() - start) * 1000;
}

const lookup = (args) => ({ key: args.key, name: "Ada", visits: 3 });
const CONSOLE = "globalThis.console = {log: (...words) => emit(words.join(' '))};";
const LOOKUP = "globalThis.lookup = args => JSON.parse(lookup_text(JSON.stringify(args)));";

/** What the two QuickJS packages share; `make` gives {run(code), close()}. */
class QuickJsPeer {
  async prepare() {
    this.kept = await this.make();
    this.kept.run(CONSOLE + LOOKUP);
  }
  fresh(code) {
    return timed(async () => {
      const guest = await this.make();
      guest.run(CONSOLE + code);
      guest.close();
    });
  }
  session(code) {
    return timed(() => this.kept.run(code));
  }
  async compute(code) {
    const guest = await this.make();
    guest.run(CONSOLE);
    const time = await timed(() => guest.run(code));
    guest.close();
    return time;
  }
  async call(calls) {
    const base = await timed(() => this.kept.run(`for (let i = 0; i < ${calls}; i++);`));
    const full = await timed(() => this.kept.run(`for (let i = 0; i < ${calls}; i++) lookup({key: "user:1"});`));
    return (full - base) / calls;
  }
}

/** A context in a memory that all contexts share; with `own`, in one of its own, as a sandbox of goru has. */
class Emscripten extends QuickJsPeer {
  constructor(own) {
    super();
    this.own = own;
  }
  async start() {
    this.package = await import("quickjs-emscripten");
    this.version = packageVersion("quickjs-emscripten");
    this.shared = await this.package.getQuickJS();
    await this.prepare();
  }
  async make() {
    const module = this.own ? await this.package.newQuickJSWASMModule() : this.shared;
    const context = module.newContext();
    for (const [name, f] of [
      ["emit", () => context.undefined],
      ["lookup_text", (text) => context.newString(JSON.stringify(lookup(JSON.parse(context.getString(text)))))],
    ]) {
      context.newFunction(name, f).consume((handle) => context.setProp(context.global, name, handle));
    }
    return {
      run: (code) => context.unwrapResult(context.evalCode(code)).dispose(),
      close: () => context.dispose(),
    };
  }
}

class Wasi extends QuickJsPeer {
  async start() {
    this.package = await import("quickjs-wasi");
    this.version = packageVersion("quickjs-wasi");
    this.wasm = await WebAssembly.compile(readFileSync(require.resolve("quickjs-wasi/quickjs.wasm")));
    await this.prepare();
  }
  async make() {
    const guest = await this.package.QuickJS.create({ wasm: this.wasm });
    for (const [name, f] of [
      ["emit", () => guest.undefined],
      ["lookup_text", (text) => guest.newString(JSON.stringify(lookup(JSON.parse(text.toString()))))],
    ]) {
      const handle = guest.newFunction(name, f);
      guest.setProp(guest.global, name, handle);
      handle.dispose();
    }
    return { run: (code) => guest.evalCode(code).dispose(), close: () => guest.dispose() };
  }
}

/** No sandbox: a fresh one is a new process. */
class Native {
  async start() {
    this.version = process.versions.node;
    this.context = vm.createContext({ console: { log() {} } });
  }
  fresh(code) {
    return timed(() => execFileSync(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] }));
  }
  session(code) {
    return timed(() => vm.runInContext(code, this.context));
  }
  compute(code) {
    const context = vm.createContext({ console: { log() {} } });
    return timed(() => vm.runInContext(code, context));
  }
  async call() {
    throw new Error("no host calls");
  }
}

const peers = {
  "quickjs-emscripten": () => new Emscripten(false),
  "quickjs-emscripten-own": () => new Emscripten(true),
  "quickjs-wasi": () => new Wasi(),
  node: () => new Native(),
};

async function work(peer, job) {
  if (job.language !== "javascript") throw new Error(`no ${job.language}`);
  const argument = job.job === "call" ? job.calls : job.code;
  const stop = performance.now() + job.milliseconds;
  const times = [];
  while (times.length < job.samples && (times.length === 0 || performance.now() < stop)) {
    times.push(await peer[job.job](argument));
  }
  return { us: times };
}

const peer = peers[process.argv[2]]();
await peer.start();
const answer = (value) => process.stdout.write(JSON.stringify(value) + "\n");
answer({ ready: peer.version });
for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    answer(await work(peer, JSON.parse(line)));
  } catch (error) {
    answer({ error: String(error.message ?? error).split("\n")[0].slice(0, 100) });
  }
}
process.exit(0);
