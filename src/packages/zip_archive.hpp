// The files of a zip archive that somebody else made.
#pragma once

#include <stop_token>

#include "goru/error.hpp"
#include "packages/wheel.hpp"

namespace goru::packages {

/// Reads all files of the archive that `fd` has open. Checked are paths, kinds, sizes and duplicates; an entry's size
/// counts as it comes out, not as it is written down. kUnavailable: it cannot be read, or is refused; the message says
/// why. kCancelled: `stop` came first.
Expected<ArchiveFiles> ReadZipArchive(int fd, const WheelLimits& limits, const std::stop_token& stop);

}  // namespace goru::packages
