// Cells on a board, a queue of events with promises, big integers, prototypes and property access.
class Thing { constructor(id) { this.id = id; this.age = 0; } step(board) { this.age++; return board.width + this.id; } }
class Walker extends Thing {
  constructor(id, x, y) { super(id); this.x = x; this.y = y; }
  step(board) {
    super.step(board);
    this.x = (this.x + this.id % 3 + board.width - 1) % board.width;
    this.y = (this.y + this.age % 2) % board.height;
    board.cells[this.y * board.width + this.x] ^= 1;
    return this.x;
  }
}
const board = { width: 48, height: 32, cells: new Array(48 * 32).fill(0) };
const things = Array.from({ length: 60 }, (_, i) => i % 4 === 0 ? new Thing(i) : new Walker(i, i % 48, i % 32));
let sum = 0;
for (let round = 0; round < 60; round++) for (const thing of things) sum += thing.step(board);
for (let generation = 0; generation < 12; generation++) {
  const { width, height, cells } = board;
  board.cells = cells.map((cell, i) => {
    let alive = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (dx === 0 && dy === 0) continue;
        alive += cells[(((i / width | 0) + dy + height) % height) * width + (i % width + dx + width) % width];
      }
    }
    return alive === 3 || (alive === 2 && cell) ? 1 : 0;
  });
}
let product = 1n;
for (let i = 1n; i <= 120n; i++) product *= i;
async function queue(count) {
  let done = 0;
  const one = async (i) => { await null; done += i % 3; if (i % 50 === 0) throw new Error(`no ${i}`); return i; };
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, i) => one(i)));
  return [done, settled.filter(({ status }) => status === "rejected").length];
}
console.log(sum, board.cells.reduce((a, b) => a + b), String(product).length, ...await queue(1500));
