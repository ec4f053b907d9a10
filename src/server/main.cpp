// The program `goru-serve`, which `goru serve` becomes: what it is linked with costs other commands nothing.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/flags.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/serve.hpp"
#include "cli/subcommand.hpp"
#include "goru/goru.hpp"
#include "server/metrics.hpp"
#include "server/serve_flags.hpp"
#include "server/server.hpp"

namespace goru::server {
namespace {

/// As in goru: blocks of this size go back to the system when they are freed.
constexpr int kLargeBlock = 256 << 10;

/// Each connection takes a descriptor.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int Serve(const std::vector<std::string>& arguments) {
  ServeArguments parsed = ParseServeArguments(arguments);
  if (parsed.help) {
    cli::WriteAll(STDOUT_FILENO, cli::HelpText(cli::ServeDescription()));
    return cli::kOk;
  }
  ServeOptions& options = parsed.options;
  Metrics metrics;
  // Loaded before the first request needs it.
  if (options.config.executor.precompile.empty()) options.config.executor.precompile = {options.language};
  // A person waits for the start; what is loaded later is loaded for a request. The executor keeps the function.
  cli::Progress progress;
  bool starting = true;
  Expected<Executor> executor =
      Executor::Create({WithExecutorConfig(options.config.executor), WithObserver(metrics.observer()),
                        WithProgress([&](std::string_view what) {
                          if (starting) progress.Begin(what);
                        })});
  progress.End();
  starting = false;
  if (!executor) return cli::Fail(executor.error());
  // What no session may have is said now, and not to the first client.
  if (auto session = executor->NewSession(options.language, {WithSessionConfig(options.config.session)}); !session) {
    return cli::Fail(session.error());
  }
  Server server(options, *executor, metrics);
  if (auto opened = server.Open(); !opened) return cli::Fail(opened.error());
  server.Run();
  return cli::kOk;
}

}  // namespace
}  // namespace goru::server

int main(int argc, char** argv) {
  ::mallopt(M_MMAP_THRESHOLD, goru::server::kLargeBlock);
  ::signal(SIGPIPE, SIG_IGN);
  goru::server::RaiseDescriptorLimit();
  try {
    return goru::server::Serve({argv + 1, argv + argc});
  } catch (const goru::cli::UsageError& error) {
    goru::cli::Say(error.message);
    goru::cli::WriteAll(2, "Try 'goru serve --help'.\n");
    return goru::cli::kUsage;
  } catch (const std::exception& error) {
    goru::cli::Say(error.what());
    return goru::cli::kGoruFailed;
  }
}
