// What crosses between a sandbox and the layers above it in a run: the job, requests and their answers, the outcome.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "support/after.hpp"
#include "support/byte_budget.hpp"
#include "support/stop_signal.hpp"

namespace goru::guest {

using support::After;

/// What to run (docs/GUEST_ABI.md, "job").
struct Job {
  std::string code;
  std::string name;
  bool want_value = false;
  bool has_stdin = false;
  bool first = false;
  /// The session has timers.
  bool timers = false;
  /// Threads run inline.
  bool threads = false;
  /// Node's modules are there.
  bool node = false;
  /// fetch is there.
  bool web = false;
  /// Values are shown, as at a prompt.
  bool interactive = false;
  /// What a prompt asks about `code`, which is not run; empty: nothing.
  std::string_view question = {};
  /// The program ends with this run.
  bool last = false;
  std::span<const std::string> arguments = {};
  /// Null: there are none.
  const std::map<std::string, std::string>* environment = nullptr;
  /// What open and the like find: "" (nothing), "mounts", "scratch".
  std::string_view files = {};
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
  virtual After Handle(char op, nlohmann::json payload, support::HeldBytes held, Reply& reply) = 0;
  /// Nothing yet, of what the host may hold for the session. Thread-safe.
  virtual support::HeldBytes Hold() const { return {}; }
  /// Raised when the run is to end; null: it is not. Lives as long as the port.
  virtual const support::StopSignal* Stop() const noexcept { return nullptr; }
  /// Op `r`.
  virtual void Outcome(nlohmann::json outcome) = 0;
  /// Standard input of the run; 0 = end of file.
  virtual uint32_t ReadStdin(std::span<uint8_t> into) = 0;
  /// Standard output (1) or error (2) of the run.
  virtual After WriteOutput(int stream, std::span<const uint8_t> bytes) = 0;
  /// The most that one request or reply may have, in bytes.
  virtual size_t MaxMessage() const = 0;
};

}  // namespace goru::guest
