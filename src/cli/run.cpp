#include "run.hpp"

#include <unistd.h>

#include <optional>
#include <stop_token>
#include <utility>

#include "arguments.hpp"
#include "exit_code.hpp"
#include "goru/goru.hpp"
#include "help.hpp"
#include "interrupt.hpp"
#include "neighbour.hpp"
#include "output.hpp"
#include "own_stdin.hpp"
#include "patience.hpp"
#include "progress.hpp"
#include "run_output.hpp"
#include "source.hpp"
#include "transfer.hpp"

namespace goru::cli {
namespace {

Result Failure(const Error& error) {
  Result result;
  result.error = RunError{error.kind, "", error.message, ""};
  result.exit_code = 1;
  result.session_alive = false;
  return result;
}

Expected<Session> Prepare(std::optional<Executor>& executor, const Source& source, const ConfigFile& config) {
  Progress progress;
  auto created = Executor::Create({WithExecutorConfig(config.executor),
                                   WithProgress([&progress](std::string_view what) { progress.Begin(what); })});
  if (!created) return created.error();
  executor = std::move(*created);
  return executor->NewSession(source.language, {WithSessionConfig(config.session)});
}

void SayTruncated(const Result& result, size_t limit, RunOutput& output) {
  const std::string rest = " went over " + std::to_string(limit) + " bytes; the rest was dropped (--max-output)";
  if (result.stdout_truncated) output.Say("standard output" + rest);
  if (result.stderr_truncated) output.Say("standard error" + rest);
}

void Report(const Result& result, const RunArguments& arguments, size_t output_limit, RunOutput& output) {
  if (arguments.json) {
    output.Write(STDOUT_FILENO, ToJson(result).dump() + "\n");
    return;
  }
  if (result.ok() && (result.value || result.value_repr)) {
    output.Write(STDOUT_FILENO, (result.value ? *result.value : *result.value_repr) + "\n");
  }
  const bool silent = result.ok() || result.error->kind == ErrorKind::kExited;
  if (silent || result.error->kind != ErrorKind::kOutputLimit) SayTruncated(result, output_limit, output);
  const std::string report = ErrorReport(result);
  if (report.empty()) return;
  output.StartLine();
  output.Write(STDERR_FILENO, report);
}

}  // namespace

int RunCommand(const std::vector<std::string>& arguments_text) {
  const RunArguments arguments = ParseRunArguments(arguments_text);
  if (arguments.show == RunArguments::Show::kHelp) {
    WriteAll(STDOUT_FILENO, HelpText(RunDescription()));
    return kOk;
  }
  if (arguments.show == RunArguments::Show::kVersion) {
    WriteAll(STDOUT_FILENO, VersionText());
    return kOk;
  }
  const Source source = LoadSource(arguments);

  Patience patience;
  RunOutput output(patience);
  std::stop_source stop;
  RunOptions options = arguments.config.run;
  options.stop = stop.get_token();
  if (options.name.empty()) options.name = source.name;
  if (arguments.stdin_file) {
    options.stdin_data = source.stdin_data;
  } else if (!source.is_stdin) {
    options.on_stdin = OwnStdin;
  }
  options.run_exit_handlers = true;
  if (!source.source_map.empty()) options.source_map = source.source_map;
  if (!arguments.json) {
    options.on_stdout = [&output](std::string_view text) { output.Pass(STDOUT_FILENO, text); };
    options.on_stderr = [&output](std::string_view text) { output.Pass(STDERR_FILENO, text); };
  }

  const Limits& limits = arguments.config.session.limits;
  std::optional<Executor> executor;
  auto session = Prepare(executor, source, arguments.config);
  Result result;
  bool lost = false;
  const auto inputs = session ? PutInputs(*session, arguments.inputs) : Expected<void>();
  if (!inputs) {
    result = Failure(inputs.error());
  } else if (session) {
    output.Begin(limits.timeout);
    HandleInterrupts([&patience, &stop] {
      patience.Interrupt();
      stop.request_stop();
    });
    result = session->Run(source.code, options);
  } else {
    result = Failure(session.error());
  }
  output.End(result);
  Report(result, arguments, limits.output_bytes, output);
  if (!arguments.json && arguments.file && !source.is_stdin) {
    const std::string hint = NeighbourHint(result, *arguments.file);
    if (!hint.empty()) output.Say(hint);
  }
  if (session && inputs && arguments.output_directory) {
    const auto taken = TakeOutputs(*session, *arguments.output_directory);
    lost = !taken;
    if (lost) output.Say("--output-dir " + *arguments.output_directory + ": " + taken.error().message);
  }
  // Nothing is left to save: the system takes the sandbox apart faster than we do, and Ctrl-C may still come.
  const int code = output.Finish(result);
  std::_Exit(code == kOk && lost ? kGoruFailed : code);
}

}  // namespace goru::cli
