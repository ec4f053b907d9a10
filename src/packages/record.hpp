// RECORD: what a wheel says its files are.
#pragma once

#include <stop_token>
#include <string>

#include "goru/error.hpp"
#include "packages/zip_archive.hpp"

namespace goru::packages {

/// Holds each file against its line in RECORD of the directory `info`. kUnavailable: one has no line, or another
/// content. kCancelled: `stop` came first.
Expected<void> CheckRecord(const ArchiveFiles& files, const std::string& info, const std::stop_token& stop);

}  // namespace goru::packages
