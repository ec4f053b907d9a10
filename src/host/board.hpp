// Where the calls of one run leave their answers.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "goru/registry.hpp"
#include "guest/port.hpp"
#include "host/call_memory.hpp"
#include "host/call_watch.hpp"
#include "host/pending_call.hpp"
#include "host/policy.hpp"
#include "support/stop_signal.hpp"

namespace goru::host {

/// What a call came to, and roughly what that takes when written.
struct Answer {
  guest::Reply reply;
  size_t written = 0;
};

/// A call that has not started.
struct WaitingCall {
  /// Nothing: the run waits for this call alone.
  std::optional<uint64_t> id;
  /// Lives as long as the policy's registry and modules.
  const Registry::Entry* entry = nullptr;
  nlohmann::json args;
  /// What its arguments and its place take, and what is set aside for its result.
  support::HeldBytes held;
  /// What its arguments and its place take.
  size_t used = 0;
  /// What is still to be set aside before it starts; nothing: that was not looked at yet.
  std::optional<size_t> needs;
  /// It starts without that, as there is nothing to wait for.
  bool alone = false;
  WatchedCall watched = {};

  /// It found no room for `missing`, and waits for its turn once more. Takes back what `memory` holds for it.
  void NeedsMore(internal::CallMemory& memory, const NoRoom& missing);
};

/// Functions may finish after the run, so they share it with the run. Guarded by the signal's mutex, which is what
/// waiting runs wait with.
struct Board {
  struct Done {
    uint64_t id = 0;
    Answer answer;
  };

  Board(std::shared_ptr<support::StopSignal> stop_signal, std::shared_ptr<support::ByteBudget> memory)
      : signal(std::move(stop_signal)), own_memory(support::HeldBytes(std::move(memory)), 0) {}

  const std::shared_ptr<support::StopSignal> signal;
  /// Of calls that are answered on the run's own thread, one after the other. Not guarded by the signal's mutex.
  internal::CallMemory own_memory;
  std::list<Done> ready;
  /// Calls that found no room, to be made once more.
  std::vector<WaitingCall> again;
  /// In flight and wanted, and how to tell each that it no longer is.
  std::map<uint64_t, std::stop_source> running;
  /// Functions that have not answered. A cancelled one keeps its place until it does: otherwise a guest that starts and
  /// cancels could occupy all of the pool.
  size_t at_work = 0;
  /// What the largest answer of each function has taken: the next one may be as large.
  std::map<const Registry::Entry*, size_t> largest;
  /// Of the call that the run waits for by itself.
  std::optional<Answer> direct;
  /// How many calls of that kind the run has given up: what they answer is nobody's.
  uint64_t given_up = 0;
  bool abandoned = false;
};

/// What a call takes besides its arguments and its answer, until that is fetched.
inline constexpr size_t kPlace = 256;

/// What becomes of `reply`: an error where it does not cross or does not fit. `held` is what the call holds; what the
/// answer and its `place` take of it goes with the answer, the rest is given back. `stop` is that of the run where this
/// is its own thread, else null.
Answer Settle(guest::Reply reply, support::HeldBytes held, size_t place, size_t max_bytes,
              const support::StopSignal* stop);

/// A call that is under way. It lives until whoever is to answer it lets go.
class RunningCall final : public internal::PendingCall {
 public:
  /// `call`: its id is nothing where the run itself waits for it, else it is among the board's running calls and
  /// counted as at work.
  RunningCall(std::shared_ptr<Board> board, const Policy& policy, CallContext context, WaitingCall call);
  ~RunningCall() override { AnswerDropped(); }

  /// Calls the function, and answers.
  void Run();
  /// Starts a function that answers later.
  static void Start(const std::shared_ptr<RunningCall>& call);

 protected:
  void Deliver(guest::Reply reply) noexcept override;

 private:
  /// Back to those that wait; false where it cannot be one of them.
  bool TryAgain(const NoRoom& missing);

  const std::shared_ptr<Board> board_;
  // The entry, and what its function refers to, live as long as these.
  const std::shared_ptr<const Registry> registry_;
  const std::shared_ptr<const Modules> modules_;
  /// Null: nobody counts.
  const std::shared_ptr<CallWatch> watch_;
  const size_t max_bytes_;
  const CallContext context_;
  const std::shared_ptr<internal::CallMemory> memory_;
  WaitingCall call_;
  /// The board's, when this began. Only the run's thread changes that, and makes calls.
  const uint64_t given_up_;
};

}  // namespace goru::host
