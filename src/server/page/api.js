// What the page asks its server.

const TOKEN = "goru.token";

/** An answer that is no result: `status` is that of HTTP, `kind` the server's own name of what went wrong. */
export class Refusal extends Error {
  constructor(status, kind, message) {
    super(message);
    this.status = status;
    this.kind = kind;
  }
}

export const token = {
  get() {
    try {
      return sessionStorage.getItem(TOKEN) ?? "";
    } catch {
      // No storage is let in: the token lasts as long as the page.
      return this.unstored ?? "";
    }
  },
  set(text) {
    this.unstored = text;
    try {
      sessionStorage.setItem(TOKEN, text);
    } catch {
      // As above.
    }
  },
};

async function refusalOf(response) {
  const body = await response.text();
  try {
    const { error } = JSON.parse(body);
    return new Refusal(response.status, error.kind, error.message);
  } catch {
    return new Refusal(response.status, "", `the server answered ${response.status} ${response.statusText}`);
  }
}

async function ask(method, path, body, signal) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  const response = await fetch(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** The events of a response's body: {name, data}, data being text (HTML Standard, 9.2.6). */
export async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let name = "";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const whole of lines) {
      const line = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
      if (line === "") {
        if (data.length > 0) yield { name: name || "message", data: data.join("\n") };
        name = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const content = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = content;
      if (field === "data") data.push(content);
    }
  }
}

const sessionPath = (id) => `v1/sessions/${encodeURIComponent(id)}`;

export const limits = async () => (await ask("GET", "v1/limits")).json();
export const openSession = async (language, signal) =>
  (await ask("POST", "v1/sessions", { language }, signal)).json();
export const endSession = (id) => ask("DELETE", sessionPath(id));
export const interrupt = (id) => ask("POST", `${sessionPath(id)}/interrupt`);

/** The events of a run: in a session where there is an id, otherwise in a sandbox of its own. */
export async function run({ id, language, code, stdin }, signal) {
  const request = { code, stdin, want_value: true, stream: true };
  const response = id
    ? await ask("POST", `${sessionPath(id)}/run`, request, signal)
    : await ask("POST", "v1/run", { ...request, language }, signal);
  return eventsOf(response.body);
}
