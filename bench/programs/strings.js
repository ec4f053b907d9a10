// Building, cutting and searching text.
const words = Array.from({ length: 1000 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat((i % 5) + 1));
let total = 0;
for (let n = 0; n < 150; n++) {
  let text = "";
  for (const word of words) text += word + " ";
  const parts = text.toUpperCase().trim().split(" ");
  const joined = parts.map((part, i) => `${i}:${part}`).join(",");
  total += joined.replaceAll("A", "AA").length + joined.indexOf("999:");
  total += parts.filter((part) => part.startsWith("B")).length;
  total += joined.split("").reverse().join("").length;
}
console.log(total);
