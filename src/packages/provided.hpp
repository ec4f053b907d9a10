// Packages that the image of the sandboxes holds: they are there, in just that version, and nothing is installed over
// them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

struct Provided {
  /// Canonical.
  std::string name;
  std::string version;
  /// What its METADATA says that it needs and which extras it has, header by header. The rest is not kept.
  std::vector<std::string> headers;
};

/// Of the text of a METADATA file; nothing where that names no package or no version.
std::optional<Provided> ReadProvided(std::string_view metadata);

/// The one of this canonical name, or null.
const Provided* FindProvided(std::span<const Provided> provided, std::string_view name);

/// "numpy 2.3.5, six 1.17.0".
std::string ListProvided(std::span<const Provided> provided);

/// Writes a wheel for each into `directory`, of metadata alone, for pip to choose from, and returns the constraints
/// that make it take these versions and no others. `tags` are those of the wheels' names. Nothing of them is ever
/// installed.
Expected<std::vector<std::string>> WriteStandIns(const std::string& directory, std::span<const Provided> provided,
                                                 const std::string& tags);

/// What in pip's own words keeps an answer from being found because of what is provided: "cup 1.0 depends on numpy<2".
/// Empty: it says no such thing. `said` is all that pip wrote.
std::string ConflictWith(std::span<const Provided> provided, std::string_view said);

}  // namespace goru::packages
