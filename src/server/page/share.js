// A program in the fragment of a URL, which browsers keep to themselves: "#z=..." is base64url of JSON that deflate has
// made smaller, "#j=..." of JSON as it is.

/** What a link may unfold to; nobody writes that by hand. */
const MOST = 1 << 20;

function toBase64Url(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

async function through(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST) {
      await reader.cancel();
      throw new Error("the program is too long");
    }
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** {language, code, stdin} as a fragment, with its "#". */
export async function toFragment(program) {
  const bytes = new TextEncoder().encode(JSON.stringify(program));
  if (typeof CompressionStream === "undefined") return "#j=" + toBase64Url(bytes);
  return "#z=" + toBase64Url(await through(bytes, new CompressionStream("deflate-raw")));
}

/** The program of a fragment; null: it has none. Throws where it cannot be read. */
export async function fromFragment(fragment) {
  const found = /^#([zj])=([A-Za-z0-9_-]+)$/.exec(fragment);
  if (!found) return null;
  const packed = fromBase64Url(found[2]);
  const bytes = found[1] === "z" ? await through(packed, new DecompressionStream("deflate-raw")) : packed;
  const { language, code, stdin = "" } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if ([language, code, stdin].some((part) => typeof part !== "string")) throw new Error("it holds no program");
  return { language, code, stdin };
}
