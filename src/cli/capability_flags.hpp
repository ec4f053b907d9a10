// What the flags that give a sandbox something take.
#pragma once

#include <string>

#include "goru/fs.hpp"
#include "goru/http.hpp"

namespace goru::cli {

/// VIRTUAL:HOST[:ro|rw|rwc]; the host's path may hold colons. Throws UsageError.
Mount ParseMount(const std::string& text);

/// NAME@HOST[,HOST...]; the value is that of the environment variable NAME, so that it stands in no command line.
/// Throws UsageError.
HttpSecret ParseSecret(const std::string& text);

}  // namespace goru::cli
