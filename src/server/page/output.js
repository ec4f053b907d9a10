// What a run has printed, and what came of it.

import * as format from "./format.js";

/** What the page shows of a run's output; the server's own limit may be far higher than a page can lay out. */
const MOST = 1 << 18;
/** Milliseconds for which output is gathered: a page is laid out anew each time. */
const GATHER = 40;

/** Names of errors that are no exception of the program's. */
const NAMES = {
  timeout: "Time limit",
  memory_limit: "Memory limit",
  output_limit: "Output limit",
  host_call_limit: "Limit of host calls",
  cancelled: "Stopped",
  exited: "Exited",
  trap: "Fault",
};

const element = (id) => document.getElementById(id);

/** Texts go in as text, never as markup: the program may print what it likes. */
export class Output {
  #output = element("output");
  #shown = 0;
  /** [stream, text] that is yet to be shown, and the timer that does it. */
  #pending = [];
  #timer = 0;

  /** `goTo` is called with a line that the reader wants to see. */
  constructor(goTo) {
    element("error-line").addEventListener("click", () => goTo(Number(element("error-line").dataset.line)));
  }

  clear() {
    this.flush();
    this.#output.replaceChildren();
    this.#shown = 0;
    for (const id of ["value-part", "error-part", "error-line", "traceback"]) element(id).hidden = true;
    element("error-text").textContent = "";
    element("outcome").removeAttribute("data-status");
  }

  print(stream, text) {
    if (this.#shown >= MOST) return;
    const shown = text.slice(0, MOST - this.#shown);
    this.#shown += shown.length;
    const last = this.#pending.at(-1);
    if (last?.[0] === stream) {
      last[1] += shown;
    } else {
      this.#pending.push([stream, shown]);
    }
    if (this.#shown >= MOST) this.#pending.push(["note", "\nThe page shows no more of the output.\n"]);
    this.#timer ||= setTimeout(() => this.flush(), GATHER);
  }

  /** Shows what was printed so far. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#pending.length === 0) return;
    const output = this.#output;
    const atEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
    for (const [stream, text] of this.#pending.splice(0)) {
      if (output.lastChild?.className === stream) {
        output.lastChild.firstChild.appendData(text);
      } else {
        const part = document.createElement("span");
        part.className = stream;
        part.append(document.createTextNode(text));
        output.append(part);
      }
    }
    if (atEnd) output.scrollTop = output.scrollHeight;
  }

  /** The data of an event "value", as it came. */
  value(data) {
    const { repr } = JSON.parse(data);
    // It has this one member: JSON.parse would round large numbers.
    const text = repr ?? format.json(data.slice(data.indexOf(":") + 1, data.lastIndexOf("}")));
    element("value").textContent = text.length > MOST ? text.slice(0, MOST) + "…" : text;
    element("value-part").hidden = false;
  }

  /** An error of the program, or a limit. */
  error({ kind, type, message, traceback, line }) {
    const name = type || NAMES[kind] || kind;
    element("error-text").textContent = message ? `${name}: ${message}` : name;
    element("error-part").hidden = false;
    element("traceback").textContent = traceback ?? "";
    element("traceback").hidden = !traceback;
    element("error-line").hidden = !line;
    element("error-line").textContent = line ? `Go to line ${line}` : "";
    element("error-line").dataset.line = line ?? "";
  }

  /** One line for people: where the page is, and in the end what it took. `kind`: running, ok, failed. */
  status(kind, text) {
    element("outcome").dataset.status = kind;
    element("status").textContent = text;
  }
}

/** What a run took, of an event "end". */
export function account(end) {
  const parts = [
    `${format.time(end.duration_ms)}`,
    `${format.size(end.usage.peak_memory_bytes)} of memory`,
    end.exit_code !== 0 && `exit code ${end.exit_code}`,
    end.usage.host_calls > 0 && `${end.usage.host_calls} host calls`,
    (end.stdout_truncated || end.stderr_truncated) && "output was cut at its limit",
  ];
  return parts.filter(Boolean).join(" · ");
}
