// How many entries an archive has, before a library makes something of each.
#pragma once

#include <cstddef>

#include "goru/error.hpp"

namespace goru::packages {

/// Looks at each place where a reader of zip archives may find the archive's directory, and counts the entries there.
/// kUnavailable: there are more than `entries`, or sizes of 64 bits, which no archive of a sensible size needs. What is
/// no archive passes: the reader finds out.
Expected<void> CheckZipDirectory(int fd, size_t entries);

}  // namespace goru::packages
