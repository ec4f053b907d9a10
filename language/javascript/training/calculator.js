// A scanner, a parser and an evaluator with closures: classes, recursion, Map, exceptions.
class Scanner {
  constructor(text) { this.text = text; this.at = 0; }
  next() {
    const { text } = this;
    while (this.at < text.length && text[this.at] === " ") this.at++;
    if (this.at >= text.length) return null;
    const start = this.at;
    const code = text.charCodeAt(start);
    if (code >= 48 && code <= 57) {
      while (this.at < text.length && text.charCodeAt(this.at) >= 48 && text.charCodeAt(this.at) <= 57) this.at++;
      return { kind: "number", value: Number(text.slice(start, this.at)) };
    }
    if ((code | 32) >= 97 && (code | 32) <= 122) {
      while (this.at < text.length && /\w/.test(text[this.at])) this.at++;
      return { kind: "name", value: text.slice(start, this.at) };
    }
    this.at++;
    return { kind: "sign", value: text[start] };
  }
}

const POWER = new Map([["+", 1], ["-", 1], ["*", 2], ["/", 2], ["%", 2]]);

function parse(text) {
  const scanner = new Scanner(text);
  let token = scanner.next();
  const take = () => { const taken = token; token = scanner.next(); return taken; };
  const primary = () => {
    const taken = take();
    if (taken === null) throw new SyntaxError("the text ends");
    if (taken.kind === "number") return () => taken.value;
    if (taken.kind === "name") return (names) => names.get(taken.value) ?? fail(taken.value);
    if (taken.value !== "(") throw new SyntaxError(`unexpected ${taken.value}`);
    const inner = sum(1);
    take();
    return inner;
  };
  const sum = (least) => {
    let left = primary();
    while (token !== null && (POWER.get(token.value) ?? 0) >= least) {
      const sign = take().value;
      const right = sum(POWER.get(sign) + 1);
      const before = left;
      switch (sign) {
        case "+": left = (names) => before(names) + right(names); break;
        case "-": left = (names) => before(names) - right(names); break;
        case "*": left = (names) => before(names) * right(names); break;
        case "/": left = (names) => before(names) / right(names); break;
        default: left = (names) => before(names) % right(names);
      }
    }
    return left;
  };
  return sum(1);
}

function fail(name) { throw new ReferenceError(name); }

let total = 0;
let failures = 0;
const names = new Map();
for (let i = 0; i < 2500; i++) {
  names.set("a", i).set("b", i % 7 + 1);
  for (const text of ["(a + 12) * b - a / b", "a % 5 + (b * (3 + a) - 2) * 2", "a * unknown", "1 + + 2"]) {
    try {
      total += parse(text)(names);
    } catch (error) {
      if (!(error instanceof ReferenceError || error instanceof SyntaxError)) throw error;
      failures++;
    }
  }
}
console.log(Math.round(total), failures);
