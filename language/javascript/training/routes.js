// Shortest ways in a grid, with a heap: arrays, objects, destructuring, typed arrays, comparisons.
class Heap {
  #items = [];
  get size() { return this.#items.length; }
  push(cost, place) {
    const items = this.#items;
    let at = items.push({ cost, place }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above].cost <= items[at].cost) break;
      [items[above], items[at]] = [items[at], items[above]];
      at = above;
    }
  }
  pop() {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) {
      items[0] = last;
      for (let at = 0; ;) {
        let below = 2 * at + 1;
        if (below >= items.length) break;
        if (below + 1 < items.length && items[below + 1].cost < items[below].cost) below++;
        if (items[at].cost <= items[below].cost) break;
        [items[at], items[below]] = [items[below], items[at]];
        at = below;
      }
    }
    return first;
  }
}

function* neighbours(place, width, height) {
  const x = place % width;
  if (x > 0) yield place - 1;
  if (x < width - 1) yield place + 1;
  if (place >= width) yield place - width;
  if (place < width * (height - 1)) yield place + width;
}

const width = 60;
const height = 50;
let state = 12345;
const price = Uint8Array.from({ length: width * height }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >>> 20 & 15);
let sum = 0;
for (let round = 0; round < 4; round++) {
  const best = new Float64Array(width * height).fill(Infinity);
  const heap = new Heap();
  best[round] = 0;
  heap.push(0, round);
  while (heap.size > 0) {
    const { cost, place } = heap.pop();
    if (cost > best[place]) continue;
    for (const next of neighbours(place, width, height)) {
      const sum = cost + price[next] + 1;
      if (sum < best[next]) { best[next] = sum; heap.push(sum, next); }
    }
  }
  sum += best.at(-1);
}
console.log(sum);
