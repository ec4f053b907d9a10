// What the commands besides `goru run` have in common.
#pragma once

#include <string>

#include "goru/error.hpp"
#include "goru/language.hpp"

namespace goru::cli {

/// The Python of this name, for commands that only Python has. Throws UsageError.
Language PythonNamed(const std::string& name);

/// Says what went wrong and returns the exit code for it.
int Fail(const Error& error);

}  // namespace goru::cli
