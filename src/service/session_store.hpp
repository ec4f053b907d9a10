// Sessions that clients know by a handle.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "goru/executor.hpp"
#include "goru/session.hpp"

namespace goru::service {

/// How long sessions are kept that somebody opened and need not come back for.
struct StoreLimits {
  /// Since the last use of a session ended.
  std::chrono::nanoseconds idle = std::chrono::minutes(15);
  /// Since it was opened, whatever it does.
  std::chrono::nanoseconds life = std::chrono::hours(24);
  /// Of one owner at a time.
  size_t per_owner = 1'000;
};

/// Why a handle has no session.
enum class Gone : uint8_t {
  /// There was none, or it is another owner's, or so long ago that it is forgotten.
  kUnknown,
  kIdle,
  kLife,
  /// Its owner ended it.
  kEnded,
  /// A run ended it: a limit, a trap, an exit.
  kDied,
};

/// One line that tells a client why, and how to go on.
std::string_view GoneText(Gone why) noexcept;

/// A session in a store. What it has is set when it is opened; any thread may read it.
class HeldSession {
 public:
  HeldSession(std::string its_handle, std::string its_owner, Session its_session, const Limits& limits);

  const std::string handle;
  const std::string owner;
  const size_t memory_limit;
  /// Of a run.
  const std::chrono::nanoseconds timeout;
  const std::chrono::system_clock::time_point opened;
  Session session;

  /// What tracebacks call its next run (RunOptions::name): "<run 1>", "<run 2>", as the session itself would.
  std::string NextRunName() { return "<run " + std::to_string(++runs_) + ">"; }

 private:
  friend class SessionStore;
  friend class SessionUse;
  const std::chrono::steady_clock::time_point opened_steady_;
  std::atomic<uint64_t> runs_{0};
  // With the store's mutex.
  std::chrono::steady_clock::time_point last_used_;
  size_t uses_ = 0;
};

class SessionStore;

/// While one lives its session does not become idle. Move-only.
class SessionUse {
 public:
  SessionUse() = default;
  SessionUse(SessionStore* store, std::shared_ptr<HeldSession> session) noexcept;
  SessionUse(SessionUse&& other) noexcept;
  SessionUse& operator=(SessionUse&& other) noexcept;
  ~SessionUse();

  explicit operator bool() const noexcept { return session_ != nullptr; }
  HeldSession& operator*() const noexcept { return *session_; }
  HeldSession* operator->() const noexcept { return session_.get(); }

 private:
  SessionStore* store_ = nullptr;
  std::shared_ptr<HeldSession> session_;
};

/// A session to use, or why there is none.
struct FoundSession {
  SessionUse use;
  Gone gone = Gone::kUnknown;
};

/// What a list of sessions says of one.
struct HeldInfo {
  std::string handle;
  std::string language;
  std::chrono::system_clock::time_point opened;
  std::chrono::nanoseconds idle_for{0};
  /// Until it expires, if nobody uses it.
  std::chrono::nanoseconds expires_in{0};
  /// A run or another use is under way.
  bool in_use = false;
};

/// Opens sessions of an executor, gives them handles that nobody can guess, and closes those that expire. Thread-safe.
/// The executor must outlive it, and so must it all uses of its sessions.
class SessionStore {
 public:
  SessionStore(Executor& executor, const StoreLimits& limits);
  /// Closes all sessions.
  ~SessionStore();
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  /// Errors: those of Executor::NewSession, and kOverloaded where the owner has as many as it may have; the message
  /// names the option. `per_owner`: for this owner instead of StoreLimits::per_owner.
  Expected<SessionUse> Open(std::string_view owner, const Language& language, const SessionConfig& config,
                            size_t per_owner = SIZE_MAX);
  FoundSession Find(std::string_view owner, std::string_view handle);
  /// Ends the session and a run of it that is under way. False: there is none, and `gone` is why.
  bool End(std::string_view owner, std::string_view handle, Gone& gone);
  /// Takes sessions that a run has ended out of the store; call it after runs. Does nothing for one that lives.
  void Settle(const HeldSession& session);
  std::vector<HeldInfo> List(std::string_view owner) const;
  size_t size() const;
  const StoreLimits& limits() const noexcept { return limits_; }

 private:
  friend class SessionUse;
  using Clock = std::chrono::steady_clock;

  void Unuse(HeldSession& session) noexcept;
  /// Out of the store, with mutex_ held.
  std::shared_ptr<HeldSession> TakeOut(const std::string& handle, Gone why);
  Clock::time_point ExpiryOf(const HeldSession& session, Gone& why) const;
  void ExpireForever();

  Executor& executor_;
  const StoreLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool closing_ = false;
  std::unordered_map<std::string, std::shared_ptr<HeldSession>> sessions_;
  std::unordered_map<std::string, size_t> of_owner_;
  /// Why handles have no session any more, and the oldest first.
  struct Past {
    std::string owner;
    Gone why;
  };
  std::unordered_map<std::string, Past> past_;
  std::deque<std::string> past_order_;
  std::thread expirer_;
};

}  // namespace goru::service
