#pragma once

#include <cstdint>
#include <string>

namespace goru::support {

/// How messages call a number of bytes: in the largest unit that leaves no fraction, "64 MiB", "1536 KiB", "17 bytes".
std::string SizeName(uint64_t bytes);

}  // namespace goru::support
