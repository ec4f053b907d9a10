// What a built-in module (http, fs, kv) is to the layer that makes host calls.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "goru/registry.hpp"
#include "guest/port.hpp"

namespace goru::host {

/// One thing that a guest may ask of a module, such as `read` of fs. Exactly one of `run` and `start` is set.
struct Operation {
  /// Takes the reply, from any thread, exactly once.
  using Done = std::function<void(guest::Reply)>;

  /// Where `run` runs; see goru::Blocking.
  Blocking blocking = Blocking::kMayBlock;
  /// Answers at once or after blocking. Arguments are always an object, all else about them is hostile.
  std::function<guest::Reply(const CallContext&, const nlohmann::json& args)> run;
  /// Starts something that answers later, and returns without blocking. When `context.stop` is requested it ends what
  /// it started soon, and still calls `done`.
  std::function<void(const CallContext& context, nlohmann::json args, Done done)> start;
};

/// A module as one session has it, with the policy of that session. Thread-safe. May be used by operations that outlive
/// their run; what they refer to is kept alive by the functions in Operation.
class Module {
 public:
  virtual ~Module() = default;

  /// Null: there is no such method. The result lives as long as the module.
  virtual const Operation* Find(std::string_view method) const = 0;

  /// A run begins: what is counted for each run starts again.
  virtual void BeginRun() {}

  /// The session is closed: nothing is started any more, and connections and descriptors go.
  virtual void Close() noexcept {}
};

}  // namespace goru::host
