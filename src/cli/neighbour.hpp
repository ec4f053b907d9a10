// Modules that lie beside a program and that it does not see.
#pragma once

#include <string>

#include "goru/result.hpp"

namespace goru::cli {

/// What to say where a Python program from `file` ended because it imports a module that lies in the file's own folder;
/// empty where it did not. Looks only at names that are one component of a path; what it finds is said to the caller of
/// goru and not to the program.
std::string NeighbourHint(const Result& result, const std::string& file);

}  // namespace goru::cli
