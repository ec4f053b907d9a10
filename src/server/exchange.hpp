// A request that is being answered.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "server/request.hpp"

namespace goru::server {

/// Between the connection, which reads and writes, and whoever answers. Either side may be on any thread, and either
/// may be gone before the other: it is held by shared_ptr.
///
/// A response is one piece, or begins with its head and goes on as a stream. What is sent and not written yet is held:
/// whoever streams bounds it (a run's output by Limits::output_bytes).
class Exchange {
 public:
  explicit Exchange(Request asked) : request(std::move(asked)), began(std::chrono::steady_clock::now()) {}

  const Request request;
  const std::chrono::steady_clock::time_point began;

  // --- Whoever answers ---

  /// The whole response. Only the first answer counts.
  void Answer(Response response);
  /// The head of a response whose body follows by Send, until End.
  void Begin(Response head);
  void Send(const std::string& piece);
  void End();
  /// Requested when the client has gone: what works for it should end.
  std::stop_token gone() const noexcept { return gone_.get_token(); }
  /// Calls `then` once the client has gone, on the thread that sees it; at once where it has. Once for an exchange.
  void WhenGone(std::function<void()> then) { when_gone_.emplace(gone_.get_token(), std::move(then)); }
  /// Kept as long as the exchange.
  void Keep(std::shared_ptr<void> kept) { kept_ = std::move(kept); }
  /// What the run of this request came to, for the log ("ok", "timeout"); empty: there was none.
  void NoteRun(std::string_view status);

  // --- The connection ---

  struct Written {
    std::optional<Response> head;
    bool streamed = false;
    std::string piece;
    bool ended = false;
  };
  /// `wake` is called, on any thread and maybe within this call, whenever there is something to take.
  void Attach(std::function<void()> wake);
  void Detach();
  /// What is there to write. Empty: nothing yet.
  Written Take();
  void Gone() { gone_.request_stop(); }
  std::string run_status() const;

 private:
  void Wake(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::function<void()> wake_;
  std::optional<Response> head_;
  bool answered_ = false;
  bool streamed_ = false;
  bool ended_ = false;
  std::string pending_;
  std::string run_status_;
  std::stop_source gone_;
  std::shared_ptr<void> kept_;
  std::optional<std::stop_callback<std::function<void()>>> when_gone_;
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace goru::server
