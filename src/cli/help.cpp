#include "help.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "goru/config.hpp"
#include "goru/version.hpp"

namespace goru::cli {
namespace {

constexpr size_t kColumn = 26;
constexpr size_t kWidth = 120;

constexpr std::string_view kBegin =
    R"(goru runs untrusted Python and JavaScript in a sandbox: no files, no network, no processes, limits on everything.

usage: goru [run] FILE [flags] [-- ARGUMENT...]
                                     the language follows from .py .js .mjs .cjs .ts .mts .cts
       goru [run] -c CODE [flags]    Python, unless -l js
       ... | goru [flags]            the code comes from standard input; Python, unless -l js
       goru repl --help              a session at a prompt
       goru deps --help              Python packages in a directory
       goru image --help             sandboxes that start with modules already imported
       goru config --help            what flags can say, as a JSON file

examples:
  goru -c 'print(1 + 1)'
  goru -l js -c 'console.log([3, 1, 2].toSorted())'
  goru -p -c '2 ** 100'                        print the value of the last expression
  goru solution.py < tests/1.in                input() and sys.stdin read what is piped in
  goru app.py -- input.csv                     sys.argv of the program
  goru --timeout 2s --memory 64mb untrusted.js
  goru --json untrusted.py | jq .status
  goru report.py --mount /data:./input:ro --allow-host api.example.com
  goru plot.py --scratch --input data.csv --output-dir out      open() and the like work, in memory

what to run:
  -c, --code CODE         the code itself
  -l, --language LANG     python (py), which is python3.13; python3.12; javascript (js); typescript (ts); FILE.img
  --stdin FILE            standard input of the code, instead of goru's own; '-' reads that to its end first. Code
                          that came from standard input itself finds it empty
  -- ARGUMENT...          the program's own arguments, sys.argv; nothing behind -- is goru's
  --config FILE           read flags from this JSON file; those of the command line have the last word, and what may be
                          repeated is added to what the file has. Its relative paths are relative to it

)";

constexpr std::string_view kReplBegin =
    R"(A session at a prompt: what is entered runs in one sandbox, which remembers it.

usage: goru repl [flags]             Python, unless -l js or -l ts

examples:
  goru repl
  goru repl -l js --history ~/.goru_history
  goru repl --packages .goru/python/packages --scratch
  goru repl --timeout 2s --memory 64mb --mount /data:./input:ro
  printf 'x = 20\nx + 1\n' | goru repl         no prompts: lines as they would be entered

At the prompt .help lists commands (.reset .load .save .time .limits .vars), Ctrl-C ends what runs and keeps the session
(Python 3.12 loses it), Ctrl-D leaves, Tab completes, Ctrl-R searches.
A session that a limit ended is replaced, and goru says so.

  -l, --language LANG     python (py), which is python3.13; python3.12; javascript (js); typescript (ts); FILE.img
  --history FILE          keep entered lines in this file, for its owner only, and begin with those that it has
  --config FILE           read flags from this JSON file; those of the command line have the last word

)";

constexpr std::string_view kReplEnd = R"(
  -h, --help              this text

exit codes: 0, or the program's own where it calls sys.exit(N); from a pipe that of the last input, as of 'goru run'.
)";

constexpr std::string_view kEnd = R"(
  -h, --help              this text
  -V, --version           the versions of goru and of what runs inside

exit codes:
  0    the code ran to its end
  1    an exception that it did not catch
  N    its own, where it calls sys.exit(N) or os._exit(N)
  2    goru was called wrongly, or cannot read FILE
  123  another limit: --stop-on-max-output, --max-host-calls
  124  --timeout
  125  goru itself failed: an image is missing, the cache is refused
  130  interrupted with Ctrl-C; a second Ctrl-C kills goru
  134  the sandbox faulted
  137  --memory
  141  nobody reads the output any more

A TIME is 500ms, 30s or 2m; a plain number is seconds. A SIZE is 64kb, 256mb or 1gb in steps of 1024, or plain bytes.
Colours: only on a terminal, and not where NO_COLOR is set.
)";

/// `text` behind `flag`, in lines of at most kWidth.
std::string Entry(const std::string& flag, std::string_view text) {
  std::string out;
  std::string line = "  " + flag;
  if (line.size() + 2 > kColumn) {
    out += line + "\n";
    line.clear();
  }
  line.resize(kColumn, ' ');
  while (text.size() > kWidth - kColumn) {
    const size_t space = text.rfind(' ', kWidth - kColumn);
    out += line.append(text.substr(0, space)) + "\n";
    text.remove_prefix(space + 1);
    line.assign(kColumn, ' ');
  }
  return out + line.append(text) + "\n";
}

/// The flags of a table of members.
class FlagList {
 public:
  explicit FlagList(const std::vector<ConfigField>& fields) : fields_(fields) {}

  /// Those of members whose path begins with `prefix`, and of all others with `deeper`, that were not written before.
  std::string Write(std::string_view prefix, bool deeper = true) {
    std::string out;
    for (const ConfigField& field : fields_) {
      if (field.flag.empty() || !field.path.starts_with(prefix)) continue;
      if (!deeper && field.path.find('.', prefix.size()) != std::string::npos) continue;
      if (written_.insert(field.flag).second) out += Describe(field);
    }
    return out;
  }

 private:
  std::string Describe(const ConfigField& first) const {
    std::string flag(first.flag);
    if (const size_t comma = flag.find(','); comma != std::string::npos) flag.insert(comma + 1, " ");
    if (!first.takes.empty()) flag.append(" ").append(first.takes);
    std::string text;
    for (const ConfigField& field : fields_) {
      if (field.flag == first.flag) text.append(text.empty() ? "" : "; ").append(field.text);
    }
    if (!first.note.empty()) {
      // A switch has nothing but to be on, and may be the opposite of its member.
      text = first.takes.empty() ? std::string(first.note) : text.append("; ").append(first.note);
    }
    if (first.repeats) text += "; may be repeated";
    if (!first.takes.empty() && !first.default_text.empty()) text += " (default " + first.default_text + ")";
    return Entry(flag, text);
  }

  const std::vector<ConfigField>& fields_;
  std::set<std::string_view> written_;
};

/// What members are about: "http", "fs", ...
std::vector<std::string> Subjects(const std::vector<ConfigField>& fields) {
  std::vector<std::string> out;
  for (const ConfigField& field : fields) {
    std::string subject = field.path.substr(0, field.path.find('.'));
    if (subject != "limits" && std::find(out.begin(), out.end(), subject) == out.end()) {
      out.push_back(std::move(subject));
    }
  }
  return out;
}

}  // namespace

std::string HelpText() {
  std::string text(kBegin);
  FlagList session(SessionConfigFields());
  text += "limits:\n" + session.Write("limits.", false);
  text += "\nwhat the sandbox may use (nothing, unless one of these gives it):\n";
  const std::string files =
      Entry("--input FILE[:NAME]",
            "with --scratch: put a file into /work, under its own name or NAME; may be repeated") +
      Entry("--output-dir DIR", "with --scratch: write what the code leaves in /work into this folder");
  for (const std::string& subject : Subjects(SessionConfigFields())) {
    text += session.Write(subject) + session.Write("limits." + subject + ".");
    if (subject == "scratch_bytes") text += files;
  }
  text += "\noutput:\n" + FlagList(RunOptionsFields()).Write("");
  text += Entry("--json", "print the whole result as one JSON object instead of passing output on");
  text += "\nengine:\n" + session.Write("") + FlagList(ExecutorConfigFields()).Write("");
  return text.append(kEnd);
}

std::string ReplHelpText() {
  std::string text(kReplBegin);
  FlagList session(SessionConfigFields());
  text += "limits of an input:\n" + session.Write("limits.", false);
  text += "\nwhat the session may use (nothing, unless one of these gives it):\n";
  for (const std::string& subject : Subjects(SessionConfigFields())) {
    text += session.Write(subject) + session.Write("limits." + subject + ".");
  }
  text += "\nengine:\n" + session.Write("") + FlagList(ExecutorConfigFields()).Write("");
  return text.append(kReplEnd);
}

std::string VersionText() {
  std::string text = "goru " + std::string(Version()) + "\n";
  text += "engine: Wasmtime " + std::string(EngineVersion()) + "\n";
  for (const Language& language : Language::All()) {
    const bool first = Language::FromName(language.name()) == language;
    const auto runtime = RuntimeName(language);
    text += language.name() + (first ? "" : language.version()) + ": " + (runtime ? *runtime : "not found") + "\n";
  }
  return text;
}

}  // namespace goru::cli
