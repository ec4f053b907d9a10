// Runs the compiler that build.sh makes of the guest's own engine: compile.mjs COMPILER.wasm SCRIPT.js OUTPUT
import { closeSync, openSync, readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [compiler, script, output] = process.argv.slice(2);
const stdin = openSync(script, 'r');
const stdout = openSync(output, 'w');
const wasi = new WASI({ version: 'preview1', args: ['compile'], stdin, stdout, returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(compiler));
const status = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
closeSync(stdout);
process.exit(status);
