// The page: its controls, and what they have run.

import * as api from "./api.js";
import { Editor } from "./editor.js";
import { examplesOf } from "./examples.js";
import * as format from "./format.js";
import { Output, account } from "./output.js";
import { fromFragment, toFragment } from "./share.js";

/** A session that does not end what it runs in this time is let go. */
const PATIENCE = 3000;

const element = (id) => document.getElementById(id);
const language = element("language");
const example = element("example");
const stdin = element("stdin");
const keep = element("keep");

const editor = new Editor(element("code"), element("gutter"), element("mark"));
const output = new Output((line) => editor.goTo(line));

/** While something runs: how to stop it. */
let running = null;
/** {id, language}; null: the next run that keeps state opens one. */
let session = null;
/** The example that the editor shows as it was, by its name. */
let untouched = null;
/** What to do again once there is a token. */
let again = null;

// --- Controls ---

/** Not `disabled`: a button that has the focus keeps it. */
function enable(id, on) {
  element(id).setAttribute("aria-disabled", String(!on));
}

function whenPressed(id, act) {
  element(id).addEventListener("click", () => {
    if (element(id).getAttribute("aria-disabled") !== "true") act();
  });
}

function showControls() {
  enable("run", running === null);
  enable("stop", running !== null);
  enable("reset", running === null && session !== null);
}

function sessionNote(text) {
  element("session-note").textContent = text;
}

function showExample(name) {
  const { code, stdin: input = "" } = examplesOf(language.value)[name];
  editor.code = code;
  stdin.value = input;
  element("input").open = input !== "";
  example.value = name;
  untouched = name;
}

function listExamples() {
  const names = Object.keys(examplesOf(language.value));
  const choose = new Option("Choose …", "");
  example.replaceChildren(choose, ...names.map((name) => new Option(name)));
  example.value = untouched !== null && names.includes(untouched) ? untouched : "";
}

function languageChanged() {
  editor.language = language.value;
  listExamples();
  const examples = examplesOf(language.value);
  if (untouched !== null) showExample(untouched in examples ? untouched : Object.keys(examples)[0]);
  if (session !== null && session.language !== language.value) dropSession("The next run starts a new session.");
}

function refused(error, repeat) {
  if (error instanceof api.Refusal && error.status === 401) {
    again = repeat;
    element("token-form").hidden = false;
    element("token").focus();
    output.status("failed", api.token.get() ? error.message : "The server asks for a token.");
    return;
  }
  output.status("failed", error instanceof api.Refusal ? `Refused: ${error.message}` : "The server cannot be reached.");
}

// --- Sessions ---

function dropSession(note) {
  const old = session;
  session = null;
  sessionNote(note);
  showControls();
  // It would expire by itself.
  if (old !== null) api.endSession(old.id).catch(() => {});
}

async function findSession(signal) {
  if (session === null) {
    const opened = await api.openSession(language.value, signal);
    session = { id: opened.id, language: opened.language };
    sessionNote(`A session keeps names and values. It ends after ${format.span(opened.idle_timeout)} without a run.`);
  }
  return session.id;
}

// --- Running ---

async function follow(events) {
  let end = null;
  let failed = false;
  for await (const { name, data } of events) {
    if (name === "stdout" || name === "stderr") output.print(name, JSON.parse(data).text);
    if (name === "value") output.value(data);
    if (name === "error") {
      const error = JSON.parse(data);
      failed = error.kind !== "exited" || error.line !== null;
      output.error(error);
      if (error.line) editor.mark(error.line);
    }
    if (name === "end") end = JSON.parse(data);
  }
  if (end === null) throw new TypeError("the answer ended before the run did");
  output.status(failed || end.exit_code !== 0 ? "failed" : "ok", `${end.status === "ok" ? "Done" : "Ended"} · ${account(end)}`);
  if (!end.session_alive && session !== null) {
    session = null;
    sessionNote("The run ended the session, and with it the state. The next run starts a new one.");
  }
}

async function runNow() {
  if (running !== null) return;
  const stopping = new AbortController();
  running = stopping;
  output.clear();
  editor.unmark();
  output.status("running", "Running …");
  showControls();
  try {
    const id = keep.checked ? await findSession(stopping.signal) : undefined;
    const program = { id, language: language.value, code: editor.code, stdin: stdin.value };
    await follow(await api.run(program, stopping.signal));
  } catch (error) {
    if (stopping.signal.aborted) {
      output.status("failed", "Stopped");
    } else if (error instanceof api.Refusal && (error.status === 404 || error.status === 410) && session !== null) {
      session = null;
      sessionNote("The next run starts a new session.");
      output.status("failed", `Refused: ${error.message}`);
    } else {
      refused(error, runNow);
    }
  } finally {
    output.flush();
    running = null;
    showControls();
  }
}

/** A session is told to stop and goes on afterwards; a sandbox of its own ends with its request. */
async function stopNow() {
  const stopping = running;
  if (stopping === null) return;
  output.status("running", "Stopping …");
  if (session === null) return stopping.abort();
  setTimeout(() => stopping.abort(), PATIENCE);
  try {
    await api.interrupt(session.id);
  } catch {
    stopping.abort();
  }
}

// --- Sharing ---

async function share() {
  try {
    const program = { language: language.value, code: editor.code, stdin: stdin.value };
    history.replaceState(null, "", await toFragment(program));
  } catch (error) {
    return output.status("failed", `There is no link: ${error.message}`);
  }
  try {
    await navigator.clipboard.writeText(location.href);
    output.status("ok", "The link is copied, and in the address bar. Whoever has it has the program.");
  } catch {
    output.status("ok", "The link is in the address bar. Whoever has it has the program.");
  }
}

/** What a link brings is shown, not run. */
async function openLink() {
  try {
    const program = await fromFragment(location.hash);
    if (program === null) return false;
    if (![...language.options].some((option) => option.value === program.language)) {
      throw new Error(`its language is not here: ${program.language}`);
    }
    language.value = program.language;
    untouched = null;
    languageChanged();
    editor.code = program.code;
    stdin.value = program.stdin;
    element("input").open = program.stdin !== "";
    return true;
  } catch (error) {
    output.status("failed", `The link cannot be read: ${error.message}`);
    return false;
  }
}

// --- The server ---

async function showLimits() {
  try {
    const { version, languages, session: has } = await api.limits();
    for (const option of [...language.options]) {
      if (!languages.includes(option.value)) option.remove();
    }
    const most = `${format.span(has.limits.timeout)} and ${format.size(has.limits.memory_bytes)} for each run`;
    element("about").textContent = `Version ${version}. ${most}.`;
  } catch (error) {
    refused(error, showLimits);
  }
}

// --- Start ---

whenPressed("run", runNow);
whenPressed("stop", stopNow);
whenPressed("share", share);
whenPressed("reset", () => dropSession("The state is gone. The next run starts a new session."));
language.addEventListener("change", languageChanged);
example.addEventListener("change", () => example.value !== "" && showExample(example.value));
keep.addEventListener("change", () => {
  if (keep.checked) return sessionNote("The next run starts a session.");
  dropSession("");
});
for (const changed of [element("code"), stdin]) {
  changed.addEventListener("input", () => {
    untouched = null;
    example.value = "";
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  runNow();
});
element("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  api.token.set(element("token").value.trim());
  element("token").value = "";
  element("token-form").hidden = true;
  output.status("ok", "");
  const repeat = again;
  again = null;
  repeat?.();
  if (repeat !== showLimits) showLimits();
});
window.addEventListener("hashchange", openLink);

showControls();
listExamples();
showExample(Object.keys(examplesOf(language.value))[0]);
openLink();
showLimits();
