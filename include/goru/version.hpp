// Which goru this is, and what it runs.
#pragma once

#include <string>
#include <string_view>

#include "goru/error.hpp"
#include "goru/language.hpp"

namespace goru {

/// goru's own version, "0.1.0".
std::string_view Version() noexcept;
/// The WebAssembly engine's version, "50.0.1".
std::string_view EngineVersion() noexcept;

/// The version of the runtime that runs `language`, as its image says: "3.12.0". Looks for images as WithImageDirectory
/// says; error kUnavailable where there is none.
Expected<std::string> RuntimeVersion(const Language& language, const std::string& image_directory = {});
/// The runtime with its version, for people: "CPython 3.12.0", "QuickJS-NG 0.17.0 (ES2023)". Otherwise as
/// RuntimeVersion.
Expected<std::string> RuntimeName(const Language& language, const std::string& image_directory = {});

}  // namespace goru
