// A table of text read, grouped and written: strings, regular expressions, JSON, sorting, spreading, numbers as text.
const cities = ["Oslo", "Lima", "Porto", "Quito", "Turku"];
let lines = "city;day;amount\n";
for (let i = 0; i < 3000; i++) lines += `${cities[i * 7 % 5]};2024-0${1 + i % 9}-1${i % 10};${(i * 37 % 1000) / 8}\n`;
const [head, ...rows] = lines.trim().split("\n").map((line) => line.split(";"));
const records = rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
const groups = {};
for (const { city, day, amount } of records) {
  const match = /^(\d{4})-(\d\d)-(?<day>\d\d)$/.exec(day);
  const group = groups[city] ??= { count: 0, sum: 0, months: new Set(), longest: "" };
  group.count += 1;
  group.sum += parseFloat(amount);
  group.months.add(match[2]);
  if (amount.length > group.longest.length) group.longest = amount;
}
const table = Object.entries(groups)
  .map(([city, { months, ...rest }]) => ({ city, ...rest, months: [...months].sort().join(",") }))
  .sort((a, b) => b.sum - a.sum || a.city.localeCompare(b.city));
const text = JSON.stringify(table, null, 1);
console.log(JSON.parse(text).map(({ city, sum }) => `${city.padEnd(8, ".")}${sum.toFixed(2).padStart(12)}`).join("\n"));
const words = lines.toLowerCase().replace(/[^a-z]+/g, " ").split(" ").filter(Boolean);
const counted = words.reduce((counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1), new Map());
console.log([...counted].map(([word, count]) => word + count).join(" "), text.includes("Oslo"), text.lastIndexOf("sum"));
