// Bytes in messages: guests may pass text in their place, which stands for its UTF-8 (docs/GUEST_ABI.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace goru::host {

nlohmann::json ToWire(std::string_view bytes);

/// What `value` holds, as long as it does. Nothing where it is neither bytes nor text.
std::optional<std::string_view> FromWire(const nlohmann::json& value);
std::optional<std::string_view> FromWire(const nlohmann::json&& value) = delete;

}  // namespace goru::host
