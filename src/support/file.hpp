// Whole-file reading and atomic writing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"

namespace goru::support {

/// An error that names `what`, the path and the system's reason (from errno).
Error SystemError(const std::string& what, const std::string& path);

/// Reads a regular file of at most `max_size` bytes; more is an error.
Expected<std::vector<uint8_t>> ReadFile(const std::string& path, size_t max_size);

/// Reads as many bytes as `into` has at `offset`. False: there are not so many, or they cannot be read (errno).
bool ReadExactly(int fd, uint64_t offset, std::span<uint8_t> into);

/// Writes at `offset`, but leaves out blocks that hold only zeros: where the file has nothing there yet, it stays
/// sparse. Whoever writes its last byte so sets its length.
bool WriteSparse(int fd, std::span<const uint8_t> data, uint64_t offset);

/// A name beside `path` that no other process and no other thread takes, for what will be renamed to it.
std::string TemporaryNameFor(const std::string& path);

/// Writes `parts` one after another to a temporary file beside `path`, syncs it and renames it into place, so that a
/// reader sees the old file or the whole new one. `mode` is the file's permission bits.
Expected<void> WriteFileAtomically(const std::string& path, std::span<const std::span<const uint8_t>> parts, int mode);

}  // namespace goru::support
