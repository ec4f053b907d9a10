// Files that go into a session before its run and come out behind it.
#pragma once

#include <string>
#include <vector>

#include "goru/session.hpp"

namespace goru::cli {

/// Puts FILE, or FILE:NAME under that name, into the working folder. Throws UsageError where one cannot be read.
Expected<void> PutInputs(Session& session, const std::vector<std::string>& inputs);

/// Writes what is in the working folder into `directory`, which is made where it is not there. Each file is complete
/// when it gets its name; no symbolic link below `directory` is followed.
Expected<void> TakeOutputs(const Session& session, const std::string& directory);

}  // namespace goru::cli
