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

std::vector<ExecutorOption> ExecutorOptions(const RunArguments& arguments, Progress& progress) {
  std::vector<ExecutorOption> options = {
      // One sandbox is all that is needed.
      WithWarmPool(0),
      WithProgress([&progress](std::string_view what) { progress.Begin(what); }),
  };
  if (arguments.no_cache) options.push_back(WithoutDiskCache());
  if (!arguments.cache_dir.empty()) options.push_back(WithDiskCache(arguments.cache_dir));
  if (!arguments.image_dir.empty()) options.push_back(WithImageDirectory(arguments.image_dir));
  if (!arguments.image.empty()) options.push_back(WithImage(arguments.image));
  return options;
}

void AddHttp(const RunArguments& arguments, std::vector<SessionOption>& options) {
  options.push_back(WithSessionHttpLimits(arguments.http));
  options.push_back(WithSessionAllowedHosts(arguments.allowed_hosts));
  options.push_back(WithSessionAllowedNetworks(arguments.allowed_networks));
  for (const HttpSecret& secret : arguments.secrets) {
    options.push_back(WithSessionSecret(secret.name, secret.value, secret.hosts));
  }
  if (!arguments.http_ca_file.empty()) options.push_back(WithSessionHttpCaFile(arguments.http_ca_file));
  if (arguments.http_proxy == "env") {
    options.push_back(WithSessionHttpProxyFromEnvironment());
  } else if (!arguments.http_proxy.empty()) {
    options.push_back(WithSessionHttpProxy(arguments.http_proxy));
  }
  if (arguments.http_allow_downgrade) options.push_back(WithSessionHttpDowngrade());
}

Expected<void> AddKV(const RunArguments& arguments, std::vector<SessionOption>& options) {
  options.push_back(WithSessionKVLimits(arguments.kv_limits));
  if (!arguments.kv_file.empty()) {
    auto store = KVStore::Open(arguments.kv_file, arguments.kv_limits);
    if (!store) return store.error();
    options.push_back(WithSessionKVStore(std::move(*store)));
  } else if (arguments.kv) {
    options.push_back(WithSessionKV());
  }
  return {};
}

Expected<std::vector<SessionOption>> SessionOptions(const RunArguments& arguments) {
  std::vector<SessionOption> options;
  if (arguments.timeout) options.push_back(WithSessionTimeout(*arguments.timeout));
  if (arguments.memory) options.push_back(WithSessionMemoryLimit(*arguments.memory));
  if (arguments.max_output) options.push_back(WithSessionOutputLimit(*arguments.max_output));
  if (arguments.stop_on_max_output) options.push_back(WithSessionStopOnOutputLimit());
  if (arguments.max_host_calls) options.push_back(WithSessionHostCallLimit(*arguments.max_host_calls));
  if (arguments.max_host_memory) options.push_back(WithSessionHostMemoryLimit(*arguments.max_host_memory));
  AddHttp(arguments, options);
  for (const Mount& mount : arguments.mounts) {
    options.push_back(WithSessionMount(mount.virtual_path, mount.host_path, mount.mode));
  }
  options.push_back(WithSessionFsLimits(arguments.fs));
  if (auto added = AddKV(arguments, options); !added) return added.error();
  for (const std::string& directory : arguments.packages) options.push_back(WithSessionPackages(directory));
  options.push_back(WithAllowedPackages(arguments.allowed_packages));
  if (arguments.allow_any_package) options.push_back(WithAllowedPackageInstall());
  return options;
}

Result Failure(const Error& error) {
  Result result;
  result.error = RunError{error.kind, "", error.message, ""};
  result.exit_code = 1;
  result.session_alive = false;
  return result;
}

Expected<Session> Prepare(std::optional<Executor>& executor, const Source& source, const RunArguments& arguments) {
  Progress progress;
  auto created = Executor::Create(ExecutorOptions(arguments, progress));
  if (!created) return created.error();
  executor = std::move(*created);
  const auto options = SessionOptions(arguments);
  if (!options) return options.error();
  return executor->NewSession(source.language, *options);
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

  const size_t output_limit = arguments.max_output.value_or(Limits().output_bytes);
  StreamForwarder out(STDOUT_FILENO, output_limit);
  StreamForwarder err(STDERR_FILENO, output_limit);
  std::stop_source stop;
  RunOptions options;
  options.stop = stop.get_token();
  options.name = source.name;
  options.stdin_data = source.stdin_data;
  options.source_map = source.source_map;
  options.want_value = arguments.print_value;
  if (!arguments.json) {
    options.on_stdout = [&out](std::string_view text) { out(text); };
    options.on_stderr = [&err](std::string_view text) { err(text); };
  }

  std::optional<Executor> executor;
  auto session = Prepare(executor, source, arguments);
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
