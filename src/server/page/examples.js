// Programs to begin with, of each kind of language: a name that all kinds share, the code, and its standard input.

const python = {
  Hello: {
    code: `name = "world"
print(f"Hello, {name}!")

# The value of the last expression is shown as well.
{"squares": [n * n for n in range(10)]}
`,
  },
  "Output as it comes": {
    code: `import sys
import time

for n in range(1, 6):
    print(f"step {n} of 5")
    time.sleep(0.4)

print("done", file=sys.stderr)
`,
  },
  "An error": {
    code: `def mean(numbers):
    return sum(numbers) / len(numbers)

print(mean([1, 2, 3]))
print(mean([]))
`,
  },
  "Standard input": {
    code: `import sys
from collections import Counter

words = Counter(sys.stdin.read().lower().split())
for word, count in words.most_common(3):
    print(f"{count} x {word}")
`,
    stdin: "the quick brown fox jumps over the lazy dog\nand the dog sleeps\n",
  },
  "A limit": {
    code: `# Ends at the time limit, or with Stop.
n = 0
while True:
    n += 1
`,
  },
};

const javascript = {
  Hello: {
    code: `const name = "world";
console.log(\`Hello, \${name}!\`);

// The value of the last expression is shown as well.
Array.from({ length: 10 }, (_, n) => n * n);
`,
  },
  "Output as it comes": {
    code: `const wait = (milliseconds) => {
  const end = Date.now() + milliseconds;
  while (Date.now() < end);
};

for (let n = 1; n <= 5; n++) {
  console.log(\`step \${n} of 5\`);
  wait(400);
}
console.error("done");
`,
  },
  "An error": {
    code: `function first(list) {
  return list[0].toUpperCase();
}

console.log(first(["a", "b"]));
console.log(first([]));
`,
  },
  "A limit": {
    code: `// Ends at the time limit, or with Stop.
let n = 0;
for (;;) n++;
`,
  },
};

const typescript = {
  Hello: {
    code: `interface Planet {
  name: string;
  moons: number;
}

const planets: Planet[] = [
  { name: "Earth", moons: 1 },
  { name: "Mars", moons: 2 },
];
for (const { name, moons } of planets) console.log(\`\${name}: \${moons}\`);

planets.reduce((sum: number, planet: Planet) => sum + planet.moons, 0);
`,
  },
  "Output as it comes": javascript["Output as it comes"],
  "An error": {
    code: `function first(list: string[]): string {
  return list[0].toUpperCase();
}

console.log(first(["a", "b"]));
console.log(first([]));
`,
  },
  "A limit": javascript["A limit"],
};

/** The examples of a language: {name: {code, stdin?}}, the first of which is the one to show. */
export function examplesOf(language) {
  if (language.startsWith("python")) return python;
  return language === "typescript" ? typescript : javascript;
}
