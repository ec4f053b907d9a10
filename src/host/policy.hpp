// What one session's guest may ask of the host.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goru/limits.hpp"
#include "goru/registry.hpp"
#include "host/modules.hpp"

namespace goru::host {

/// A value: it belongs to one session and is never shared with another.
struct Policy {
  std::shared_ptr<const Registry> registry;
  /// Null: every function of the registry.
  std::shared_ptr<const std::vector<std::string>> functions;
  /// Null: none.
  std::shared_ptr<const Modules> modules;
  Limits limits;
};

}  // namespace goru::host
