#include "mcp/call.hpp"

#include <algorithm>
#include <utility>

namespace goru::mcp {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

/// Of a line of output that a client is told with progress.
constexpr size_t kLine = 200;

double Seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

}  // namespace

Call::Call(std::shared_ptr<const Client> client, Era era, json id, json token, Sink sink, Keeper keeper,
           std::shared_ptr<void> alive)
    : alive_(std::move(alive)),
      client_(std::move(client)),
      era_(std::move(era)),
      id_(std::move(id)),
      token_(std::move(token)),
      keeper_(std::move(keeper)),
      sink_(std::move(sink)) {}

void Call::Began(std::chrono::nanoseconds timeout) {
  const std::lock_guard lock(output_mutex_);
  runs_ = true;
  began_ = Clock::now();
  timeout_ = timeout;
}

void Call::Wrote(std::string_view piece) {
  const std::lock_guard lock(output_mutex_);
  written_ += piece.size();
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (!part.empty()) {
      if (std::exchange(line_ended_, false)) line_.clear();
      line_.append(part.substr(0, kLine - std::min(kLine, line_.size())));
    }
    if (end == std::string_view::npos) return;
    line_ended_ = true;
    piece.remove_prefix(end + 1);
  }
}

void Call::TellProgress() {
  if (!wants_progress()) return;
  json params = {{"progressToken", token_}};
  double now = 0;
  {
    const std::lock_guard lock(output_mutex_);
    if (!runs_) return;
    now = Seconds(Clock::now() - began_);
    std::string message = std::to_string(written_) + " bytes of output";
    if (!line_.empty()) message += ": " + line_;
    params["total"] = Seconds(timeout_);
    params["message"] = std::move(message);
  }
  const std::lock_guard lock(mutex_);
  // It has to grow.
  if (done_ || now <= progress_) return;
  progress_ = now;
  params["progress"] = now;
  sink_(NotificationMessage("notifications/progress", std::move(params)), false);
}

void Call::Answer(json result) { End(ResultMessage(id_, Complete(era_, std::move(result)))); }

void Call::Fail(const ProtocolError& error) { End(ErrorMessage(id_, error)); }

void Call::Cancel() {
  stop_.request_stop();
  End(nullptr);
}

void Call::Silence() {
  stop_.request_stop();
  const std::lock_guard lock(mutex_);
  done_ = true;
}

void Call::Notify(std::string_view method, json params) {
  const std::lock_guard lock(mutex_);
  if (!done_) sink_(NotificationMessage(method, std::move(params)), false);
}

void Call::End(json message) {
  // The id is free before the client knows.
  if (!keeper_.ending(*this)) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    sink_(std::move(message), true);
  }
  keeper_.ended();
}

}  // namespace goru::mcp
