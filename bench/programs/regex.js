// Regular expressions over a made-up log.
const two = (n) => String(n).padStart(2, "0");
const lines = Array.from({ length: 6000 }, (_, i) =>
  `2024-${two((i % 12) + 1)}-${two((i % 28) + 1)} 10:${two(i % 60)}:00 host${i % 17} ` +
  `GET /items/${i}?q=${(i * 31) % 97} ${i % 5 ? 200 : 404} ${(i * 37) % 4096}`);
const text = lines.join("\n");
const entry = /^(\d{4})-(\d\d)-(\d\d) (\S+) (host\d+) (GET|POST) (\/\S*) (\d{3}) (\d+)$/gm;
let size = 0;
for (const m of text.matchAll(entry)) if (m[8] === "404") size += Number(m[9]);
const hosts = new Set([...text.matchAll(/\bhost(\d+)\b/g)].map((m) => m[1])).size;
const masked = text.replace(/q=\d+/g, (m) => "q=" + "*".repeat(m.length - 2));
console.log(size, hosts, masked.split("*").length - 1, text.split(/[\s/?=]+/).length);
