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
#include "output.hpp"
#include "progress.hpp"
#include "source.hpp"

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

void SayTruncated(const Result& result, size_t limit) {
  const std::string rest = " went over " + std::to_string(limit) + " bytes; the rest was dropped (--max-output)";
  if (result.stdout_truncated) Say("standard output" + rest);
  if (result.stderr_truncated) Say("standard error" + rest);
}

void Report(const Result& result, const RunArguments& arguments, size_t output_limit, const StreamForwarder& out,
            const StreamForwarder& err) {
  if (arguments.json) {
    WriteAll(STDOUT_FILENO, ToJson(result).dump() + "\n");
    return;
  }
  if (result.ok() && (result.value || result.value_repr)) {
    WriteAll(STDOUT_FILENO, (result.value ? *result.value : *result.value_repr) + "\n");
  }
  const bool silent = result.ok() || result.error->kind == ErrorKind::kExited;
  // What goru says starts on a line of its own, also where both streams end up in one place.
  const bool mid_line = !err.at_line_start() || (!out.at_line_start() && StreamsAreOne());
  if (mid_line && (!silent || result.stdout_truncated || result.stderr_truncated)) WriteAll(STDERR_FILENO, "\n");
  if (silent || result.error->kind != ErrorKind::kOutputLimit) SayTruncated(result, output_limit);
  ReportError(result);
}

}  // namespace

int RunCommand(const std::vector<std::string>& arguments_text) {
  const RunArguments arguments = ParseRunArguments(arguments_text);
  if (arguments.show == RunArguments::Show::kHelp) {
    WriteAll(STDOUT_FILENO, HelpText());
    return kOk;
  }
  if (arguments.show == RunArguments::Show::kVersion) {
    WriteAll(STDOUT_FILENO, VersionText());
    return kOk;
  }
  const Source source = LoadSource(arguments);

  const size_t output_limit = arguments.config.session.limits.output_bytes;
  StreamForwarder out(STDOUT_FILENO, output_limit);
  StreamForwarder err(STDERR_FILENO, output_limit);
  std::stop_source stop;
  RunOptions options = arguments.config.run;
  options.stop = stop.get_token();
  if (options.name.empty()) options.name = source.name;
  if (arguments.stdin_file) options.stdin_data = source.stdin_data;
  if (!source.source_map.empty()) options.source_map = source.source_map;
  if (!arguments.json) {
    options.on_stdout = [&out](std::string_view text) { out(text); };
    options.on_stderr = [&err](std::string_view text) { err(text); };
  }

  std::optional<Executor> executor;
  auto session = Prepare(executor, source, arguments.config);
  Result result;
  if (session) {
    HandleInterrupts([&stop] { stop.request_stop(); });
    result = session->Run(source.code, options);
  } else {
    result = Failure(session.error());
  }
  Report(result, arguments, output_limit, out, err);
  // Nothing is left to save: the system takes the sandbox apart faster than we do, and Ctrl-C may still come.
  std::_Exit(ExitCodeOf(result));
}

}  // namespace goru::cli
