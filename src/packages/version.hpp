// Versions as PEP 440 has them, which are written in many ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace goru::packages {

/// The one form of a version: "V1.0-Alpha.01+Ubuntu_1" is "1.a1+ubuntu.1", without zeros at the end of its release.
/// Nothing where it is no version.
std::optional<std::string> CanonicalVersion(std::string_view version);

/// Whether the version in the name of a wheel's file or folder is `said`, which is its METADATA's. File names have
/// underscores where versions may have other marks.
bool IsVersionInFileName(std::string_view in_file_name, std::string_view said);

/// How many major versions `version` is older than `newest`; 0 where it is none, or as new. The versions before 1.0
/// count as two: they come and go as major ones do.
uint64_t MajorVersionsBehind(std::string_view version, std::string_view newest);

}  // namespace goru::packages
