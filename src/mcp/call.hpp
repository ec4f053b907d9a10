// A request that is under way.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <string_view>

#include "mcp/protocol.hpp"
#include "mcp/server.hpp"

namespace goru::mcp {

/// Thread-safe. Its sink gets one message after the other, and none once the call has ended.
class Call {
 public:
  /// Whoever knows of all calls.
  struct Keeper {
    /// The call is about to end, and its id free. False: it has ended, or nobody wants to hear of it any more.
    std::function<bool(const Call& call)> ending;
    /// The sink has had its last message.
    std::function<void()> ended;
  };

  /// `token`: what the client wants to hear of progress by; null: nothing. `alive` is held until nothing works at the
  /// call any more.
  Call(std::shared_ptr<const Client> client, Era era, nlohmann::json id, nlohmann::json token, Sink sink, Keeper keeper,
       std::shared_ptr<void> alive);

  const Client& client() const noexcept { return *client_; }
  const Era& era() const noexcept { return era_; }
  const nlohmann::json& id() const noexcept { return id_; }
  bool wants_progress() const noexcept { return !token_.is_null(); }
  std::stop_token stop() const noexcept { return stop_.get_token(); }

  /// Code begins to run, and may for so long.
  void Began(std::chrono::nanoseconds timeout);
  /// Code has written something.
  void Wrote(std::string_view piece);
  /// Tells the client of progress, where it wants to know and code runs.
  void TellProgress();

  /// Ends the call with a result, or with an error. Does nothing where it has ended.
  void Answer(nlohmann::json result);
  void Fail(const ProtocolError& error);
  /// Ends the call without an answer, and what works at it.
  void Cancel();
  /// Ends what works at it, without a word to the sink.
  void Silence();
  /// A message before the answer.
  void Notify(std::string_view method, nlohmann::json params);

 private:
  void End(nlohmann::json message);

  // Goes last: whoever waits for it may destroy what all others refer to.
  const std::shared_ptr<void> alive_;
  const std::shared_ptr<const Client> client_;
  const Era era_;
  const nlohmann::json id_;
  const nlohmann::json token_;
  const Keeper keeper_;
  std::stop_source stop_;

  std::mutex mutex_;
  Sink sink_;
  bool done_ = false;
  double progress_ = 0;

  std::mutex output_mutex_;
  bool runs_ = false;
  std::chrono::steady_clock::time_point began_;
  std::chrono::nanoseconds timeout_{0};
  size_t written_ = 0;
  /// The last line that code has written and that is not empty, as far as it goes.
  std::string line_;
  bool line_ended_ = false;
};

}  // namespace goru::mcp
