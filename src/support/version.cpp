#include "goru/version.hpp"

namespace goru {

std::string_view Version() noexcept { return GORU_VERSION; }
std::string_view EngineVersion() noexcept { return GORU_WASMTIME_VERSION; }

}  // namespace goru
