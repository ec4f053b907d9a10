// Packages that are known not to work in the sandbox.
#pragma once

#include <string>
#include <string_view>

namespace goru::packages {

/// Why the package with this canonical name cannot work, and what to use instead; nullptr where nothing is known.
const char* WhyUnsupported(std::string_view name);

/// What to do where a package turned out to need native code.
inline constexpr const char* kNativeHint =
    "the sandbox runs Python code only; use an older version that is pure Python, a package that does the same in "
    "Python, "
    "or a host function";

}  // namespace goru::packages
