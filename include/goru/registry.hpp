// Host functions: what guest code may call by name.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <string_view>

namespace goru {

/// What a host function knows about the run that calls it.
struct CallContext {
  /// Identifies the session (Session::id).
  uint64_t session_id = 0;
  /// When the run's time is up.
  std::chrono::steady_clock::time_point deadline = {};
  /// Requested when the run ends before the function does: timeout, interrupt, or a guest that no longer waits. A
  /// function that takes long should look at it and return early; its result is then dropped.
  std::stop_token stop = {};
};

/// Takes the arguments (always a JSON object) and returns a JSON value. An exception derived from std::exception
/// becomes an error in the guest that carries what() and nothing else.
using HostFunction = std::function<nlohmann::json(const CallContext&, const nlohmann::json& args)>;

/// Where a host function runs.
enum class Blocking {
  /// On a thread of the executor's pool. A timeout ends the run even while the function blocks; the function goes on
  /// until
  /// it returns. The default.
  kMayBlock,
  /// On the run's own thread, without a thread switch (5 to 20 us less). For functions that return within microseconds;
  /// a run cannot be stopped while one is at work.
  kNever,
};

/// A set of host functions. A value: an executor or a session takes a copy, and later changes do not reach it. The
/// functions themselves are called from several threads at once and must be safe for that; what they refer to must
/// outlive the executor.
class Registry {
 public:
  struct Entry {
    HostFunction function;
    Blocking blocking = Blocking::kMayBlock;
  };

  /// Adds `function` under `name`, replacing one of that name. Names are any non-empty UTF-8 text;
  /// those that begin with "goru:" are the built-in modules' and never reach a function of yours.
  Registry& Add(std::string name, HostFunction function, Blocking blocking = Blocking::kMayBlock) {
    entries_[std::move(name)] = Entry{std::move(function), blocking};
    return *this;
  }

  /// The entry called `name`, or null.
  const Entry* Find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

  bool empty() const noexcept { return entries_.empty(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace goru
