// Base64 (RFC 4648, section 4): how bytes cross to guests as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace goru::support {

std::string ToBase64(std::string_view bytes);

/// Nothing where `text` is not base64 with padding and without line ends.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace goru::support
