// One language runtime as the layers above see it, whatever language it is.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "goru/error.hpp"
#include "support/byte_budget.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::guest {

/// What to run (docs/GUEST_ABI.md, "job").
struct Job {
  std::string code;
  std::string name;
  bool want_value = false;
  bool has_stdin = false;
  bool first = false;
  /// The text of a source map of the code; empty: none. Not part of the JSON.
  std::string_view source_map;
};

nlohmann::json ToJson(const Job& job);

/// The answer to a request.
struct Reply {
  bool ok = true;
  nlohmann::json value;
  /// What `value` takes of the session's budget; nothing where it is small.
  support::HeldBytes held = {};

  static Reply Failed(std::string type, std::string message) {
    return {false, nlohmann::json::array({std::move(type), std::move(message)}), {}};
  }
  /// With what the guest's error object has beyond its message: "code" (an errno name such as "ENOENT"), "path".
  static Reply Failed(std::string type, std::string message, nlohmann::json details) {
    return {false, nlohmann::json::array({std::move(type), std::move(message), std::move(details)}), {}};
  }
};

/// The host's end of a run. Called on the run's thread, on the host's side of the gate.
class HostPort {
 public:
  virtual ~HostPort() = default;

  /// Op `c` or `b`. `held`: what the payload takes of the session's budget. kUnwind: the run is to end here.
  virtual wasm::After Handle(char op, nlohmann::json payload, support::HeldBytes held, Reply& reply) = 0;
  /// Nothing yet, of what the host may hold for the session. Thread-safe.
  virtual support::HeldBytes Hold() const { return {}; }
  /// Op `r`.
  virtual void Outcome(nlohmann::json outcome) = 0;
  /// Standard input of the run; 0 = end of file.
  virtual uint32_t ReadStdin(std::span<uint8_t> into) = 0;
  /// Standard output (1) or error (2) of the run.
  virtual wasm::After WriteOutput(int stream, std::span<const uint8_t> bytes) = 0;
  /// The most that one request or reply may have, in bytes.
  virtual size_t MaxMessage() const = 0;
};

/// How a run left its guest.
struct GuestEnd {
  enum class Kind {
    /// The guest is only data again and can run the next job.
    kAtRest,
    /// proc_exit; the guest is gone.
    kExited,
    /// RunGate::Stop; the guest is gone.
    kStopped,
    /// A fault of its own; the guest is gone.
    kTrapped,
    /// A host function ended the run; the guest is gone.
    kEnded,
  };
  Kind kind = Kind::kAtRest;
  uint32_t exit_code = 0;
  std::string message;
};

/// How the end of a call into a guest leaves it: at rest where the call returned. `exit_code`: what it asked to exit
/// with.
GuestEnd EndOf(const wasm::CallEnd& call, std::optional<uint32_t> exit_code);

/// One live instance of a language. One thread at a time.
class Guest : public wasi::GuestIo {
 public:
  /// Runs one job; gate().Begin() has been called. After anything but kAtRest only Release is allowed.
  virtual GuestEnd Run(const Job& job, HostPort& port) = 0;

  /// Asks the running job to end by itself, from another thread, while the run's owner keeps the guest alive and
  /// unstopped. False: this guest cannot be asked.
  virtual bool RequestInterrupt() noexcept = 0;

  /// Forgets a request that the run did not take up. Between runs, once nobody can make another.
  virtual void ForgetInterrupt() noexcept {}

  /// What /packages shows from now on; null: nothing. Must outlive the guest. Between runs.
  virtual void ShowPackages(wasi::PackageView* packages) noexcept = 0;

  virtual wasm::Instance& instance() noexcept = 0;

  /// Ends the guest and hands back its slot for Reset.
  virtual std::unique_ptr<wasm::MemorySlot> Release() = 0;
};

}  // namespace goru::guest
