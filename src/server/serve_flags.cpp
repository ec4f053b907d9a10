#include "server/serve_flags.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "cli/arguments.hpp"
#include "cli/flags.hpp"
#include "cli/serve.hpp"
#include "server/run_request.hpp"

namespace goru::server {
namespace {

using cli::Flags;
using cli::UsageError;

template <typename Number>
Flags::Take Count(Number& out, Number least) {
  return [&out, least](const std::string& text, const std::string& flag) {
    Number number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number < least) {
      throw UsageError{flag + " takes a whole number of at least " + std::to_string(least) + ", not '" + text + "'"};
    }
    out = number;
  };
}

Flags::Take Size(size_t& out) {
  return [&out](const std::string& text, const std::string& flag) {
    const auto config = SessionConfigFromJson({{"limits", {{"output_bytes", text}}}});
    if (!config || config->limits.output_bytes == 0) {
      throw UsageError{flag + " takes a size such as 64kb or 16mb, not '" + text + "'"};
    }
    out = config->limits.output_bytes;
  };
}

Flags::Take Time(std::chrono::nanoseconds& out, bool may_be_zero = false) {
  return [&out, may_be_zero](const std::string& text, const std::string& flag) {
    if (may_be_zero && (text == "0" || text == "0s")) {
      out = std::chrono::nanoseconds(0);
      return;
    }
    const auto time = ReadTime(text, flag);
    if (!time) throw UsageError{time.error().message};
    out = *time;
  };
}

bool IsLoopback(const std::string& address) { return address == "::1" || address.starts_with("127."); }

void Check(const ServeOptions& options) {
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    throw UsageError{"--tls-cert and --tls-key go together"};
  }
  if (!IsLoopback(options.address) && options.token_file.empty()) {
    throw UsageError{"--listen " + options.address +
                     " lets other machines in, so --token-file FILE is needed: lines of a name and a token, such as "
                     "`openssl rand -hex 32` makes"};
  }
  if (options.config.run.want_value || !options.config.run.arguments.empty()) {
    throw UsageError{"--config: \"run\" is for goru run; each request says how it is run"};
  }
}

}  // namespace

ServeArguments ParseServeArguments(const std::vector<std::string>& arguments) {
  ServeArguments out;
  ServeOptions& options = out.options;
  options.log = ::isatty(STDERR_FILENO) == 1 ? LogForm::kText : LogForm::kJson;
  bool help = false;
  bool no_playground = false;
  bool no_mcp = false;
  bool no_mcp_compat = false;
  std::optional<Language> language;
  Flags flags(cli::ServeDescription);
  flags.Switch("-h,--help", help);
  cli::AddConfigFlags(flags, options.config);
  cli::AddLanguageFlag(flags, language);
  flags.Value("--listen", options.address);
  flags.Value("-p,--port", Count<uint16_t>(options.port, 0));
  flags.Value("--token-file", options.token_file);
  flags.Values("--hostname", [&options](const std::string& text, const std::string&) {
    std::string name = text;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    options.hostnames.push_back(std::move(name));
  });
  flags.Values("--cors-origin", [&options](const std::string& text, const std::string& flag) {
    const bool origin = text == "*" || ((text.starts_with("http://") || text.starts_with("https://")) &&
                                        text.find('/', text.find("//") + 2) == std::string::npos);
    if (!origin) throw UsageError{flag + " takes an origin such as https://app.example.com, not '" + text + "'"};
    options.cors_origins.push_back(text);
  });
  flags.Value("--tls-cert", options.tls_certificate);
  flags.Value("--tls-key", options.tls_key);
  flags.Value("--max-body", Size(options.body_bytes));
  flags.Value("--max-all-bodies", Size(options.all_bodies_bytes));
  flags.Value("--max-header", Size(options.header_bytes));
  flags.Value("--max-connections", Count<size_t>(options.connections, 1));
  ExecutorLimits& executor = options.config.executor.limits;
  flags.Value("--max-runs", Count<size_t>(executor.runs, 1));
  flags.Value("--max-queue", Count<size_t>(executor.queued_runs, 0));
  flags.Value("--queue-wait", Time(executor.queue_wait));
  flags.Value("--max-sessions", Count<size_t>(executor.sessions, 1));
  flags.Value("--total-memory", Size(executor.memory_bytes));
  flags.Value("--warm", Count<size_t>(executor.warm_sandboxes, 0));
  flags.Value("--max-runs-per-client", Count<size_t>(options.runs_per_client, 1));
  flags.Value("--max-sessions-per-client", Count<size_t>(options.store.per_owner, 1));
  flags.Value("--session-idle", Time(options.store.idle));
  flags.Value("--session-life", Time(options.store.life));
  flags.Value("--max-jobs", Count<size_t>(options.jobs, 1));
  flags.Value("--job-life", Time(options.job_life));
  flags.Value("--header-timeout", Time(options.header_time));
  flags.Value("--body-timeout", Time(options.body_time));
  flags.Value("--write-timeout", Time(options.write_time));
  flags.Value("--keep-alive", Time(options.keep_alive));
  flags.Value("--shutdown-timeout", Time(options.shutdown_time));
  flags.Value("--shutdown-delay", Time(options.shutdown_delay, true));
  flags.Value("--log", [&options](const std::string& text, const std::string& flag) {
    if (text == "text") {
      options.log = LogForm::kText;
    } else if (text == "json") {
      options.log = LogForm::kJson;
    } else if (text == "off") {
      options.log = LogForm::kOff;
    } else {
      throw UsageError{flag + " takes text, json or off, not '" + text + "'"};
    }
  });
  flags.Value("--otlp", [&options](const std::string& text, const std::string& flag) {
    if (!text.starts_with("http://") && !text.starts_with("https://")) {
      throw UsageError{flag + " takes the URL of a collector such as http://localhost:4318, not '" + text + "'"};
    }
    options.otlp_endpoint = text;
  });
  flags.Switch("--no-playground", no_playground);
  flags.Switch("--no-mcp", no_mcp);
  flags.Switch("--no-mcp-compat", no_mcp_compat);
  flags.Parse(arguments, "; goru serve takes flags only: goru serve --help");
  out.help = flags.Given("-h,--help");
  if (out.help) return out;
  flags.TakeAll();
  options.playground = !no_playground;
  options.mcp = !no_mcp;
  options.mcp_compatibility = !no_mcp_compat;
  if (language) options.language = std::move(*language);
  Check(options);
  return out;
}

}  // namespace goru::server
