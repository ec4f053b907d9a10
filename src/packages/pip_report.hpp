// What pip says that it would install (pip install --report).
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

struct Resolved {
  /// Canonical.
  std::string name;
  std::string version;
  std::string file_name;
  /// In hex; empty where the index has none.
  std::string sha256;
  bool yanked = false;
};

/// Reads a report, sorted by name; `said` is what pip wrote besides. pip is trusted to choose, but what it repeats of
/// an index is not: names, versions and hashes are what they have to be, so that they may be parts of paths.
/// kUnavailable: it is not a report, or names something that goru cannot take. kCancelled: `stop` came first.
Expected<std::vector<Resolved>> ReadPipReport(std::string_view report, std::string_view said,
                                              const std::stop_token& stop);

/// The last component of a URL without query and fragment, its escapes undone. Empty where that is no name of a file:
/// an escape that is none, or one that stands for a slash or a control character.
std::string FileNameOfUrl(std::string_view url);

}  // namespace goru::packages
