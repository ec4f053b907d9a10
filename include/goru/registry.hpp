// Host functions: what guest code may call by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace goru {

namespace internal {
class CallMemory;
class PendingCall;
}  // namespace internal

/// What a host function knows about the run that calls it. A value; what it refers to lives as long as a copy of it.
struct CallContext {
  /// Identifies the session (Session::id).
  uint64_t session_id = 0;
  /// When the run's time is up.
  std::chrono::steady_clock::time_point deadline = {};
  /// Requested when the run ends before the function does: timeout, interrupt, or a guest that no longer waits. A
  /// function that takes long should look at it and return early; its result is then dropped.
  std::stop_token stop = {};

  /// Takes `bytes` of what the host may hold for the session (Limits::host_bytes), for a result that the function is
  /// about to make, besides what it took before for this call. They become part of the result, or are given back with
  /// the call. A result that nothing was taken for is counted when it is there, and is an error where it does not fit.
  ///
  /// Throws where so many are not left. Let the exception pass: a gathered call of a HostFunction is then made once
  /// more when there is room (so ask before doing what must not be done twice), and any other gets an error that names
  /// the limit. Thread-safe.
  void Reserve(size_t bytes) const;

  /// The library's.
  std::shared_ptr<internal::CallMemory> memory = {};
};

/// What a host function throws, or gives to Completion::Fail, to choose the type of the error that the guest raises.
class CallError : public std::runtime_error {
 public:
  /// `type` is the name of an error that guests have: HostError, TypeError, ValueError, OSError, PermissionError,
  /// FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, TimeoutError, ConnectionError. Others
  /// become HostError. `code` is an errno's name such as "ENOENT", `path` what the error is about; both may be empty.
  CallError(std::string type, const std::string& message, std::string code = {}, std::string path = {});

  const std::string& type() const noexcept { return details_->type; }
  const std::string& code() const noexcept { return details_->code; }
  const std::string& path() const noexcept { return details_->path; }

 private:
  struct Details {
    std::string type;
    std::string code;
    std::string path;
  };
  /// Shared, as copying an exception must not throw.
  std::shared_ptr<const Details> details_;
};

/// The answer that an asynchronous function owes. A handle: copies mean the same answer, and the first one given
/// counts. All functions may be called on any thread and at any time, also after the run, the session or the executor
/// has ended; then the answer is dropped. When the last copy goes and nothing was answered the guest gets an error.
class Completion {
 public:
  /// False: there was an answer before.
  bool Return(nlohmann::json value) const noexcept;
  /// The same with an error; the second form is a HostError.
  bool Fail(const CallError& error) const noexcept;
  bool Fail(const std::string& message) const noexcept;

  explicit Completion(std::shared_ptr<internal::PendingCall> call) noexcept : call_(std::move(call)) {}

 private:
  std::shared_ptr<internal::PendingCall> call_;
};

// Arguments and results are nlohmann::json values. Bytes are one of them, wherever a value can be, and cross as they
// are: Python's bytes and JavaScript's Uint8Array are binary values here (json::is_binary, get_binary), and
// nlohmann::json::binary(...) becomes those again; a subtype is dropped. Keys are always text.

/// Takes the arguments (always a JSON object) and returns a JSON value. A CallError, or another exception derived from
/// std::exception, becomes an error in the guest that carries what() and nothing else.
using HostFunction = std::function<nlohmann::json(const CallContext&, const nlohmann::json& args)>;

/// Starts what is asked for and returns without blocking: it runs on the run's own thread, which waits for it. The
/// answer goes to the completion, now or later, from any thread. An exception is an answer too.
using AsyncHostFunction = std::function<void(const CallContext&, nlohmann::json args, Completion completion)>;

/// Where a host function runs.
enum class Blocking {
  /// On a thread of the executor's pool. A timeout ends the run even while the function blocks; the function goes on
  /// until it returns. The default.
  kMayBlock,
  /// On the run's own thread, without a thread switch (5 to 20 us less). For functions that return within microseconds;
  /// a run cannot be stopped while one is at work.
  kNever,
};

/// What an argument may be. Named as in JSON Schema, whose meaning they have.
enum class ParameterType { kAny, kBoolean, kInteger, kNumber, kString, kBytes, kArray, kObject };

/// One argument of a host function, as guests and agents are told of it.
struct Parameter {
  std::string name;
  ParameterType type = ParameterType::kAny;
  /// What it means, in a sentence.
  std::string description = {};
  /// One that is not required may be missing, or null, which is the same.
  bool required = true;
  /// What the function gets where the argument is missing; makes it not required.
  std::optional<nlohmann::json> default_value = {};
};

/// A set of host functions. A value: an executor or a session takes a copy, and later changes do not reach it. The
/// functions themselves are called from several threads at once and must be safe for that; what they refer to must
/// outlive the executor.
class Registry {
 public:
  /// A function with all that is known about it. Exactly one of `function` and `async` is set.
  struct Entry {
    HostFunction function = {};
    /// Where `function` runs.
    Blocking blocking = Blocking::kMayBlock;
    AsyncHostFunction async = {};

    /// What it does, for people and agents. Guests are shown it by help(call), call.help() and call.functions().
    std::string description = {};
    /// Its arguments. Where they are given, calls are held against them before the function is called: an argument that
    /// is missing, unknown or of another type is a TypeError in the guest that names it. Nothing: any arguments.
    std::optional<std::vector<Parameter>> parameters = {};
    /// How large results can be, in bytes. That much of Limits::host_bytes is set aside before a gathered call starts,
    /// so that calls wait for their turn where their results would not fit together. A larger result is no error as
    /// long as it fits when it comes. 0: some guess.
    size_t result_bytes = 0;
  };

  /// Adds `function` under `name`, replacing one of that name. Names are any non-empty UTF-8 text;
  /// those that begin with "goru:" are the built-in modules' and never reach a function of yours.
  Registry& Add(std::string name, HostFunction function, Blocking blocking = Blocking::kMayBlock) {
    Entry entry;
    entry.function = std::move(function);
    entry.blocking = blocking;
    return Add(std::move(name), std::move(entry));
  }
  /// The same with a function that answers later.
  Registry& Add(std::string name, AsyncHostFunction function) {
    Entry entry;
    entry.async = std::move(function);
    return Add(std::move(name), std::move(entry));
  }
  /// The same with everything:
  ///
  ///     registry.Add("get_user", {.function = GetUser, .description = "Looks a user up.",
  ///                               .parameters = {{{.name = "id", .type = goru::ParameterType::kString}}}});
  Registry& Add(std::string name, Entry entry) {
    entries_.insert_or_assign(std::move(name), std::move(entry));
    return *this;
  }

  /// The entry called `name`, or null.
  const Entry* Find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

  bool empty() const noexcept { return entries_.empty(); }
  /// All of them, sorted by name.
  const std::map<std::string, Entry, std::less<>>& entries() const noexcept { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

/// The JSON Schema of an object of these arguments, as MCP has it in a tool's `inputSchema`.
nlohmann::json InputSchema(const std::vector<Parameter>& parameters);

}  // namespace goru
