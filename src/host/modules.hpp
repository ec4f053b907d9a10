// The built-in modules that one session was given.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/registry.hpp"
#include "guest/port.hpp"
#include "host/module.hpp"

namespace goru::host {

/// Belongs to one session, and to the calls of it that are still under way. Immutable.
class Modules {
 public:
  /// Those that the configuration asks for. kInvalidArgument: a part of it is wrong; the message says which.
  static Expected<std::shared_ptr<const Modules>> Create(const ModuleSetup& setup);

  /// The function behind a reserved name; null with `reply` set where the session does not have it.
  const Registry::Entry* Find(std::string_view name, guest::Reply& reply) const;

  /// See Module.
  void BeginRun() const;
  void Close() const noexcept;

 private:
  /// One for each kind, in the order of all kinds; null where the session does not have it.
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace goru::host
