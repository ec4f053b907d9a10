// Errors of the library: what went wrong, as a kind for programs and a message for people.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace goru {

/// Why something did not end well. The first group describes the end of a run (Result::error); the second is
/// returned by calls of the library that never reached a guest.
enum class ErrorKind {
  /// An exception that the guest's code raised and did not catch.
  kGuestException,
  /// The run's time was up. The session is closed.
  kTimeout,
  /// The guest needed more memory than its limit and did not handle the failure.
  kMemoryLimit,
  /// Output went over its limit and the session was told to stop then (WithSessionStopOnOutputLimit).
  kOutputLimit,
  /// The guest made more host calls in one run than its limit.
  kHostCallLimit,
  /// Session::Interrupt, or the executor was closed.
  kCancelled,
  /// The guest asked to exit (`sys.exit`, `os._exit`); Result::exit_code has the code.
  kExited,
  /// The guest's WebAssembly trapped: a fault inside the sandbox. The session is closed.
  kTrap,
  /// The session was closed before; nothing was run.
  kSessionClosed,
  /// Another run of the session is under way, or waits for its turn; nothing was run.
  kBusy,
  /// The executor had no room (ExecutorLimits): as many sessions, runs or bytes as there may be, and no place in the
  /// queue, or no turn in time. Nothing was run; the same may work later.
  kOverloaded,

  /// The caller's arguments are wrong; the message says which.
  kInvalidArgument,
  /// Something the library needs is missing or refused: an image, a cache directory, address space.
  kUnavailable,
  /// A bug in goru. Please report it.
  kInternal,
};

/// The stable lower-case name of a kind, for logs and JSON: "guest_exception", "timeout", ... Never empty.
std::string_view ErrorKindName(ErrorKind kind) noexcept;

/// An error value: kind and message. The message is one line, in English, and says what to do where that is known.
struct Error {  // NOLINT(clang-analyzer-core.uninitialized.Assign): it is read only where there is one
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
};

/// Either a value or an Error, in the manner of C++23's std::expected. Calling value() on an error (or error() on a
/// value) is a programming error and terminates, as dereferencing an empty optional may.
template <typename T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Expected(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// True where there is a value.
  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & noexcept { return std::get<0>(state_); }
  const T& value() const& noexcept { return std::get<0>(state_); }
  T&& value() && noexcept { return std::get<0>(std::move(state_)); }
  T& operator*() & noexcept { return value(); }
  const T& operator*() const& noexcept { return value(); }
  T&& operator*() && noexcept { return std::move(*this).value(); }
  T* operator->() noexcept { return &value(); }
  const T* operator->() const noexcept { return &value(); }

  const Error& error() const& noexcept { return std::get<1>(state_); }
  Error&& error() && noexcept { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Expected<void> {
 public:
  Expected() = default;
  Expected(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const& noexcept { return std::get<1>(state_); }
  Error&& error() && noexcept { return std::get<1>(std::move(state_)); }

 private:
  std::variant<std::monostate, Error> state_;
};

}  // namespace goru
