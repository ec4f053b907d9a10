// Counting, grouping and looking up: maps, sets, objects, arrays.
let state = 42;
const numbers = [];
for (let i = 0; i < 100000; i++) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  numbers.push(state >> 8);
}
const counts = new Map();
for (const n of numbers) counts.set(n % 1009, (counts.get(n % 1009) ?? 0) + 1);
const groups = {};
for (const n of numbers) (groups[n % 257] ??= []).push(n);
const seen = new Set();
let repeats = 0;
for (const n of numbers) {
  const key = n % 40009;
  if (seen.has(key)) repeats++;
  else seen.add(key);
}
const names = {};
for (const n of numbers) names[`key${n % 5000}`] = n;
let found = 0;
for (let i = 0; i < 6000; i++) found += (names[`key${i}`] ?? 0) % 10;
console.log(Math.max(...counts.values()), Math.max(...Object.values(groups).map((g) => g.length)), repeats,
  Object.keys(names).length, found);
