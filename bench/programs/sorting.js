// Sorting: the built-in sort with comparisons, and a quicksort in the language itself.
let state = 7;
const numbers = [];
for (let i = 0; i < 30000; i++) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  numbers.push(state);
}

function quicksort(items) {
  if (items.length < 2) return items;
  const pivot = items[items.length >> 1];
  return [
    ...quicksort(items.filter((x) => x < pivot)),
    ...items.filter((x) => x === pivot),
    ...quicksort(items.filter((x) => x > pivot)),
  ];
}

const byKey = [...numbers].sort((a, b) => (a % 100) - (b % 100) || a - b);
const sorted = [...numbers].sort((a, b) => a - b);
const mine = quicksort(numbers);
console.log(byKey[0], byKey.at(-1), sorted[10000], mine.every((x, i) => x === sorted[i]));
