// Numbers, sizes and values as people read them.

/** How long a value may be to stay on one line. */
const LINE = 72;

export function time(milliseconds) {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

export function size(bytes) {
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1).replace(".0", "")} MiB`;
}

export function span(seconds) {
  for (const [unit, length] of Object.entries({ h: 3600, min: 60 })) {
    if (seconds >= length) return `${Math.round(seconds / length)} ${unit}`;
  }
  return `${Math.round(seconds)} s`;
}

/** JSON, laid out. From its text and not from what it means: numbers stay as they were written. */
export function json(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const flat = tokens.map((token) => (token === "," || token === ":" ? token + " " : token)).join("");
  if (flat.length <= LINE) return flat;
  let out = "";
  let depth = 0;
  tokens.forEach((token, at) => {
    const line = () => "\n" + "  ".repeat(depth);
    if (token === "{" || token === "[") {
      depth += 1;
      out += token + (/[}\]]/.test(tokens[at + 1]) ? "" : line());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      out += (/[{[]/.test(tokens[at - 1]) ? "" : line()) + token;
    } else if (token === ",") {
      out += token + line();
    } else {
      out += token === ":" ? ": " : token;
    }
  });
  return out;
}
