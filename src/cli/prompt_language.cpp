#include "prompt_language.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <thread>

namespace goru::cli {
namespace {

using nlohmann::json;

constexpr auto kPatience = std::chrono::milliseconds(200);
/// The name of what a prompt asks, in tracebacks that nobody sees.
constexpr const char* kName = "<prompt>";

std::string Quoted(std::string_view text) { return json(text).dump(-1, ' ', true, json::error_handler_t::replace); }

/// The JSON value of some code; discarded: it has none.
json Ask(Session& session, const std::string& code) {
  RunOptions options;
  options.name = kName;
  options.want_value = true;
  return json::parse(session.Run(code, options).value.value_or(""), nullptr, false);
}

/// The same, given up after kPatience.
json AskSoon(Session& session, const std::string& code) {
  std::stop_source stop;
  std::mutex mutex;
  std::condition_variable done;
  bool ended = false;
  std::thread timer([&] {
    std::unique_lock lock(mutex);
    if (!done.wait_for(lock, kPatience, [&ended] { return ended; })) stop.request_stop();
  });
  RunOptions options;
  options.name = kName;
  options.want_value = true;
  // Python 3.12 cannot be interrupted without losing the session.
  if (session.language() != Python("3.12")) options.stop = stop.get_token();
  const Result result = session.Run(code, options);
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  done.notify_one();
  timer.join();
  return json::parse(result.value.value_or(""), nullptr, false);
}

bool IsPythonComplete(Session& session, const std::string& text) {
  // codeop decides for one statement as the interpreter's prompt does; several pasted ones are complete where all are.
  const std::string code =
      "(lambda source, codeop: (lambda compiled: compiled is not None)(codeop.compile_command(source, '<prompt>', "
      "'single')))(" +
      Quoted(text) + ", __import__('codeop'))";
  const json one = Ask(session, code);
  if (one.is_boolean()) return one.get<bool>();
  const json all =
      Ask(session, "__import__('codeop').compile_command(" + Quoted(text) + ", '<prompt>', 'exec') is not None");
  if (!all.is_boolean()) return true;
  // A block goes on until an empty line.
  const size_t last = text.rfind('\n');
  const std::string_view line = std::string_view(text).substr(last == std::string::npos ? 0 : last + 1);
  const bool in_block = !line.empty() && (line.front() == ' ' || line.front() == '\t');
  return all.get<bool>() && !in_block;
}

bool IsScriptComplete(Session& session, const std::string& text) {
  // As the body of a function that is never called: where the parser fails behind the text, the text is what ended too
  // early.
  const Result result = session.Run("(async () => {\n" + text + "\n})", {.name = kName});
  if (result.ok() || !result.error || result.error->type != "SyntaxError") return true;
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const std::string& trace = result.error->traceback;
  const std::string place = std::string(kName) + ":";
  const size_t at = trace.find(place);
  if (at == std::string::npos) return true;
  const size_t line = std::strtoul(trace.c_str() + at + place.size(), nullptr, 10);
  if (line > lines + 1) return false;
  // Text that is opened and never closed is told of where it begins.
  for (const char* open : {"unexpected end", "unterminated", "end of comment", "end of string", "end of template"}) {
    if (result.error->message.find(open) != std::string::npos) return false;
  }
  return true;
}

std::vector<std::string> WordsOf(const json& value) {
  std::vector<std::string> out;
  if (!value.is_array()) return out;
  for (const json& item : value) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

/// Properties are not called; a __dir__ or __getattribute__ of the program's own is.
constexpr std::string_view kPythonWords = R"((lambda word, names, inspect, builtins, keyword, sys: (
  sorted(n for n in {*names, *dir(builtins), *keyword.kwlist} if n.startswith(word))
  if '.' not in word else (lambda path, last: (lambda start: [] if start is None else [
    path + '.' + n for n in (lambda value: dir(value))(start[0]) if n.startswith(last)])(
      (lambda parts: __import__('functools').reduce(lambda held, part: None if held is None else (
        (lambda found: None if found is inspect else (getattr(held[0], part) if not isinstance(found, property) else None,) )(
          inspect.getattr_static(held[0], part, inspect))),
        parts[1:], (names.get(parts[0], getattr(builtins, parts[0], None)),) if parts[0] in names or hasattr(builtins, parts[0]) else None)
      )(path.split('.'))))(*word.rpartition('.')[::2]))
)(WORD, globals(), __import__('inspect'), __import__('builtins'), __import__('keyword'), __import__('sys')))";

constexpr std::string_view kScriptWords = R"(((word) => {
  const at = word.lastIndexOf('.');
  const names = (value) => {
    const out = new Set();
    for (let o = value; o !== null && o !== undefined && out.size < 5000; o = Object.getPrototypeOf(Object(o)))
      for (const n of Object.getOwnPropertyNames(Object(o))) if (/^[A-Za-z_$][\w$]*$/.test(n)) out.add(n);
    return [...out];
  };
  if (at < 0) return [...names(globalThis), ...'async await break case catch class const continue debugger default delete do else export extends finally for function if import in instanceof let new return static super switch this throw try typeof var void while with yield'.split(' ')].filter((n) => n.startsWith(word));
  const path = word.slice(0, at), last = word.slice(at + 1);
  let value = globalThis;
  for (const part of path.split('.')) {
    let found;
    for (let o = Object(value); o !== null && found === undefined; o = Object.getPrototypeOf(o)) found = Object.getOwnPropertyDescriptor(o, part);
    if (found === undefined) {
      if (value !== globalThis || !/^[A-Za-z_$][\w$]*$/.test(part)) return [];
      try { value = (0, eval)(part); } catch { return []; }
      continue;
    }
    if (!('value' in found)) return [];
    value = found.value;
  }
  if (value === null || value === undefined) return [];
  return names(value).filter((n) => n.startsWith(last)).map((n) => path + '.' + n);
})(WORD))";

std::string With(std::string_view code, std::string_view word) {
  std::string out(code);
  out.replace(out.rfind("WORD"), 4, Quoted(word));
  return out;
}

}  // namespace

bool IsComplete(Session& session, const std::string& text) {
  return session.language().is_python() ? IsPythonComplete(session, text) : IsScriptComplete(session, text);
}

std::vector<std::string> Completions(Session& session, std::string_view word) {
  return WordsOf(AskSoon(session, With(session.language().is_python() ? kPythonWords : kScriptWords, word)));
}

std::string VariablesOf(Session& session) {
  const bool python = session.language().is_python();
  const json names =
      Ask(session,
          python ? "[n for n in globals() if not n.startswith('_')]"
                 : "Object.keys(globalThis).filter((n) => Object.getOwnPropertyDescriptor(globalThis, n).enumerable)");
  std::string out;
  for (const std::string& name : WordsOf(names)) out += (out.empty() ? "" : "  ") + name;
  return out.empty() ? "no names yet" : out;
}

}  // namespace goru::cli
