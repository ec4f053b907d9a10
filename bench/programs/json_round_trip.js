// JSON text to values and back.
const records = Array.from({ length: 1500 }, (_, i) => ({
  id: i, name: `user ${i}`, tags: ["a", "b", String(i % 7)], score: i * 0.5, active: i % 3 === 0, next: null,
}));
let text = JSON.stringify(records);
for (let i = 0; i < 40; i++) text = JSON.stringify(JSON.parse(text));
console.log(text.length, JSON.parse(text).at(-1).name);
