// Base64 (RFC 4648, section 4), as RECORD of a wheel has hashes.
#pragma once

#include <string>
#include <string_view>

namespace goru::support {

std::string ToBase64(std::string_view bytes);

}  // namespace goru::support
