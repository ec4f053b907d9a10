#include "server/access_log.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "server/answers.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

/// RFC 3339, in UTC.
std::string Now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  std::array<char, 64> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + size, text.size() - size, ".%03ldZ", now.tv_nsec / 1'000'000);
  return text.data();
}

/// What a client sent, so that it can move no terminal and fill no log.
std::string Printable(std::string_view text) {
  constexpr size_t kLongest = 200;
  std::string out;
  for (const char c : text.substr(0, kLongest)) out += c > ' ' && c < 127 ? c : '?';
  return text.size() > kLongest ? out + "..." : out;
}

}  // namespace

AccessLog::AccessLog(LogForm form) : form_(form) {}

void AccessLog::Request(const Exchange& exchange, unsigned status, size_t bytes, bool complete) {
  if (form_ == LogForm::kOff) return;
  const auto& request = exchange.request;
  const double milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - exchange.began).count();
  const std::string run = exchange.run_status();
  if (form_ == LogForm::kJson) {
    json line = {{"time", Now()},
                 {"level", "info"},
                 {"request_id", request.id},
                 {"trace_id", request.trace.trace_id},
                 {"method", Printable(request.method)},
                 {"path", Printable(request.path)},
                 {"status", status},
                 {"bytes", bytes},
                 {"duration_ms", milliseconds}};
    if (request.client && !request.client->name.empty()) line["client"] = request.client->name;
    if (!run.empty()) line["run"] = run;
    if (!complete) line["complete"] = false;
    return Write(Dump(line) + "\n");
  }
  std::array<char, 64> numbers{};
  std::snprintf(numbers.data(), numbers.size(), "%u %.1f ms", status, milliseconds);
  std::string line = Now() + " " + Printable(request.method) + " " + Printable(request.path) + " " + numbers.data();
  if (request.client && !request.client->name.empty()) line += " client=" + Printable(request.client->name);
  if (!run.empty()) line += " run=" + run;
  if (!complete) line += " (the client did not take all of it)";
  Write(line + " " + request.id + "\n");
}

void AccessLog::Say(std::string_view level, std::string_view message) {
  if (form_ == LogForm::kOff && level == "info") return;
  if (form_ == LogForm::kJson) {
    return Write(Dump({{"time", Now()}, {"level", level}, {"message", message}}) + "\n");
  }
  Write("goru serve: " + std::string(message) + "\n");
}

void AccessLog::Write(std::string line) {
  const std::lock_guard lock(mutex_);
  pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
    ++lost_;
    return;
  }
  if (lost_ > 0) {
    const std::string message =
        std::to_string(std::exchange(lost_, 0)) + " lines of this log were lost: nobody took them";
    line = (form_ == LogForm::kJson ? Dump({{"time", Now()}, {"level", "warning"}, {"message", message}})
                                    : "goru serve: " + message) +
           "\n" + line;
  }
  // A pipe that is ready takes PIPE_BUF bytes at once, which a line fits into.
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace goru::server
