// What one session's guest may ask of the host.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "goru/limits.hpp"
#include "goru/registry.hpp"
#include "host/call_watch.hpp"
#include "host/modules.hpp"
#include "support/byte_budget.hpp"

namespace goru::host {

/// A value: it belongs to one session and is never shared with another.
struct Policy {
  std::shared_ptr<const Registry> registry;
  /// Null: every function of the registry.
  std::shared_ptr<const std::vector<std::string>> functions;
  /// Null: none.
  std::shared_ptr<const Modules> modules;
  Limits limits;
  /// Programs have timers, where their language knows them.
  bool timers = false;
  bool threads = false;
  bool node = false;
  bool web = false;
  /// Environment variables of the code; null: none.
  std::shared_ptr<const std::map<std::string, std::string>> environment;
  /// What the host may hold for the session; null: nothing is counted.
  std::shared_ptr<support::ByteBudget> memory;
  /// What threads work for while they are at functions of the session (support::WorkFor): its executor.
  const void* executor = nullptr;
  /// Null: nobody counts calls or is told of them.
  std::shared_ptr<CallWatch> watch;
};

}  // namespace goru::host
