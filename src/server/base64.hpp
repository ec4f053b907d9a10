// Bytes as text (RFC 4648, section 4), by OpenSSL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace goru::server {

std::string EncodeBase64(std::string_view bytes);
/// Nothing where the text is no base64 with padding.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace goru::server
