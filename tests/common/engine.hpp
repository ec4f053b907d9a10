// The engine that tests of sessions run on: whole suites are run once on each (tests/CMakeLists.txt).
#pragma once

#include <cstdlib>
#include <string_view>

#include "goru/engine.hpp"

namespace goru::test {

inline Engine EngineUnderTest() {
  const char* name = std::getenv("GORU_TEST_ENGINE");
  return name != nullptr && std::string_view(name) == "native" ? Engine::kNative : Engine::kWasmtime;
}

}  // namespace goru::test
