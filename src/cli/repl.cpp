#include "repl.hpp"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "arguments.hpp"
#include "exit_code.hpp"
#include "goru/goru.hpp"
#include "help.hpp"
#include "line_editor.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "prompt_interrupt.hpp"
#include "prompt_language.hpp"

namespace goru::cli {
namespace {

constexpr std::string_view kCommands = R"(.help           this list
.reset          begin anew: what the session knows is gone
.load FILE      run a file of this machine
.save FILE      write all inputs so far to a file
.time           say after each input how long it took; again: no longer
.limits         what the session may use
.vars           the names that it has made
.exit           leave (Ctrl-D)

Ctrl-C ends what runs and keeps the session. Tab completes, Ctrl-R searches earlier lines. An input goes on over several lines
until the language takes it for complete; a line that begins with a dot is a command.
)";

std::string Mebibytes(size_t bytes) { return std::to_string((bytes + (size_t{1} << 20) - 1) >> 20) + " MiB"; }

class Repl {
 public:
  Repl(const RunArguments& arguments, Language language, std::string history)
      : arguments_(arguments), language_(std::move(language)), editor_(std::move(history)) {
    editor_.CompleteWith([this](std::string_view line) {
      if (!session_) return LineEditor::Completions();
      const Interruptible interruptible(*this);
      return CompletionsOf(*session_, text_ + std::string(line));
    });
  }

  int Run() {
    if (editor_.failed()) return Fail(*editor_.failed());
    {
      Progress progress;
      auto created = Executor::Create({WithExecutorConfig(arguments_.config.executor),
                                       WithProgress([&progress](std::string_view what) { progress.Begin(what); })});
      if (!created) return Fail(created.error());
      executor_ = std::move(*created);
      if (!Begin()) return kGoruFailed;
    }
    if (editor_.is_terminal()) Write("goru, " + Runtime() + " in a sandbox. .help lists commands, Ctrl-D leaves.\n");
    interrupt_.emplace(editor_.is_terminal());
    editor_.EndLinesAt(interrupt_->idle_fd());
    for (;;) {
      std::string line;
      const LineEditor::End end = editor_.Read(text_.empty() ? First() : Next(), line);
      if (end == LineEditor::End::kInterrupted) {
        text_.clear();
        continue;
      }
      if (end == LineEditor::End::kEndOfInput) {
        if (!text_.empty()) Enter(text_);
        return exit_code_;
      }
      if (text_.empty() && line.starts_with('.') && !line.starts_with("..")) {
        editor_.Remember(line);
        if (!Command(line)) return exit_code_;
        continue;
      }
      if (text_.empty() && line.find_first_not_of(" \t\n") == std::string::npos) continue;
      text_ += line;
      if (!IsWhole()) {
        text_ += '\n';
        continue;
      }
      if (!Enter(std::exchange(text_, {}))) return exit_code_;
    }
  }

 private:
  /// For as long as one lives, Ctrl-C is for what the session runs.
  class Interruptible {
   public:
    explicit Interruptible(Repl& repl) : repl_(repl) { repl_.interrupt_->Running(&*repl_.session_); }
    ~Interruptible() { repl_.interrupt_->Running(nullptr); }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

   private:
    Repl& repl_;
  };

  bool IsWhole() {
    const Interruptible interruptible(*this);
    return IsComplete(*session_, text_);
  }

  std::string Runtime() const {
    const auto name = RuntimeName(language_);
    return name ? *name : language_.name();
  }
  std::string First() const { return language_.is_python() ? ">>> " : "> "; }
  std::string Next() const { return "... "; }
  static void Write(std::string_view text) { WriteAll(STDOUT_FILENO, text); }

  int Fail(const Error& error) {
    Say(error.message);
    return kGoruFailed;
  }

  bool Begin() {
    auto session = executor_->NewSession(language_, {WithSessionConfig(arguments_.config.session)});
    if (!session) {
      Say(session.error().message);
      return false;
    }
    session_ = std::move(*session);
    return true;
  }

  /// False: the program has asked for its end, or there is no session any more.
  bool Enter(const std::string& text) {
    editor_.Remember(text);
    inputs_ += text + "\n";
    return RunText(text, "<input " + std::to_string(++count_) + ">", true);
  }

  bool RunText(const std::string& text, const std::string& name, bool interactive) {
    RunOptions options = arguments_.config.run;
    options.name = name;
    options.interactive = interactive;
    options.on_stdout = [this](std::string_view piece) { Pass(STDOUT_FILENO, piece); };
    options.on_stderr = [this](std::string_view piece) { Pass(STDERR_FILENO, piece); };
    const Result result = [&] {
      const Interruptible interruptible(*this);
      return session_->Run(text, options);
    }();
    if (!at_line_start_ && editor_.is_terminal()) Pass(STDOUT_FILENO, "\n");
    if (result.error && result.error->kind == ErrorKind::kExited) {
      exit_code_ = result.exit_code;
      return false;
    }
    const std::string report = ErrorReport(result);
    if (!report.empty()) WriteAll(STDERR_FILENO, report);
    exit_code_ = editor_.is_terminal() ? kOk : ExitCodeOf(result);
    if (show_time_) {
      char line[64];
      std::snprintf(static_cast<char*>(line), sizeof(line), "%.1f ms\n",
                    static_cast<double>(result.duration.count()) / 1e6);
      Write(static_cast<const char*>(line));
    }
    if (result.session_alive) return true;
    Say("the session is gone with all that it knew; a new one begins");
    return Begin();
  }

  void Pass(int fd, std::string_view piece) {
    WriteAll(fd, piece);
    if (!piece.empty()) at_line_start_ = piece.back() == '\n';
  }

  /// False: leave.
  bool Command(const std::string& line) {
    const size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    std::string rest = space == std::string::npos ? ""
                                                  : line.substr(line.find_first_not_of(' ', space) == std::string::npos
                                                                    ? line.size()
                                                                    : line.find_first_not_of(' ', space));
    while (rest.ends_with(' ')) rest.pop_back();
    if (name == ".exit" || name == ".quit") return false;
    if (name == ".help") {
      Write(kCommands);
    } else if (name == ".reset") {
      session_->Close();
      inputs_.clear();
      return Begin();
    } else if (name == ".load") {
      return Load(rest);
    } else if (name == ".save") {
      Save(rest);
    } else if (name == ".time") {
      show_time_ = !show_time_;
    } else if (name == ".limits") {
      const Limits& limits = arguments_.config.session.limits;
      Write(
          "an input: " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(limits.timeout).count()) +
          " ms, " + Mebibytes(limits.output_bytes) + " of output; the session: " + Mebibytes(limits.memory_bytes) +
          " of memory, " + Mebibytes(session_->ResidentBytes()) + " in use\n");
    } else if (name == ".vars") {
      Write(VariablesOf(*session_) + "\n");
    } else {
      Say("there is no command " + name + ": .help lists them");
    }
    return true;
  }

  bool Load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (path.empty() || !file) {
      Say(path.empty() ? ".load needs the name of a file" : "cannot read " + path);
      return true;
    }
    return RunText({std::istreambuf_iterator<char>(file), {}}, path, false);
  }

  void Save(const std::string& path) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (path.empty() || !(file << inputs_) || !file.flush()) {
      Say(path.empty() ? ".save needs the name of a file" : "cannot write " + path);
    }
  }

  const RunArguments& arguments_;
  const Language language_;
  LineEditor editor_;
  std::optional<Executor> executor_;
  std::optional<Session> session_;
  std::optional<PromptInterrupt> interrupt_;
  /// What was entered of an input that is not complete, with its line ends.
  std::string text_;
  std::string inputs_;
  uint64_t count_ = 0;
  int exit_code_ = kOk;
  bool show_time_ = false;
  bool at_line_start_ = true;
};

}  // namespace

int ReplCommand(const std::vector<std::string>& arguments_text) {
  const ReplArguments arguments = ParseReplArguments(arguments_text);
  if (arguments.run.show == RunArguments::Show::kHelp) {
    WriteAll(STDOUT_FILENO, HelpText(ReplDescription()));
    return kOk;
  }
  return Repl(arguments.run, arguments.run.language.value_or(Python()), arguments.history).Run();
}

}  // namespace goru::cli
