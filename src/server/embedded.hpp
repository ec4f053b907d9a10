// Files that are part of the program (scripts/embed.py).
#pragma once

#include <string_view>

namespace goru::server {

/// The bytes of a file of src/server/page/, or openapi.json; empty: there is none of that name.
std::string_view FindEmbedded(std::string_view name);

}  // namespace goru::server
