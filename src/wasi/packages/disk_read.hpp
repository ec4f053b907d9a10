// Reading a file that may have to be fetched from a disk first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {

/// Reads at `offset`, to the end of `into` or of the file, or as far as it is in memory (Patience::kNone). kEagain:
/// nothing of it is. Others: FromSystem.
Errno ReadFromDisk(int fd, uint64_t offset, std::span<uint8_t> into, size_t& count, Patience patience);

/// What an errno of the system is to a guest.
Errno FromSystem(int error) noexcept;

}  // namespace goru::wasi
