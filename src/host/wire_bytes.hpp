// Bytes in messages: a string where they are UTF-8, else {"base64": text} (docs/GUEST_ABI.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace goru::host {

nlohmann::json ToWire(std::string bytes);

/// Nothing where `value` is neither form.
std::optional<std::string> FromWire(const nlohmann::json& value);

}  // namespace goru::host
