// What a host function says about its arguments.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "goru/registry.hpp"

namespace goru::host {

/// Holds `args`, an object, against what the entry declares, and fills in its defaults. The message of a TypeError
/// where they do not fit.
std::optional<std::string> CheckArguments(const std::string& function, const Registry::Entry& entry,
                                          nlohmann::json& args);

/// The entry as `goru:functions.list` has it (docs/GUEST_ABI.md).
nlohmann::json Describe(const std::string& name, const Registry::Entry& entry);

}  // namespace goru::host
