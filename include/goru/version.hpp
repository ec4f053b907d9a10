// Which goru this is, and what it runs.
#pragma once

#include <string>
#include <string_view>

namespace goru {

/// goru's own version, "0.1.0".
std::string_view Version() noexcept;
/// The WebAssembly engine's version, "50.0.1".
std::string_view EngineVersion() noexcept;

}  // namespace goru
