// Small modules compiled ahead of time, by the same script as the guests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/raw_sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "common/wat.hpp"
#include "support/content_hash.hpp"
#include "wasm/native/native_code.hpp"
#include "wasm/native/native_program.hpp"

namespace goru::test {

/// What the script says of a module that it refuses; empty: it compiled it to the file `object`.
inline std::string CompileAhead(const std::vector<uint8_t>& module, const TemporaryFolder& folder,
                                const std::string& object) {
  const std::string path = folder.path() + "/module.wasm";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(module.data()), static_cast<std::streamsize>(module.size()));
  const std::string said = folder.path() + "/said";
  const std::string command =
      std::string(GORU_TEST_COMPILE_GUEST) + " '" + path + "' '" + object + "' 2>'" + said + "'";
  const int status = std::system(command.c_str());  // NOLINT(bugprone-command-processor,concurrency-mt-unsafe)
  if (status == 0) return {};
  std::ifstream file(said);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The same, loaded.
inline std::shared_ptr<const wasm::NativeCode> NativeOf(const std::vector<uint8_t>& module) {
  const TemporaryFolder folder;
  const std::string refused = CompileAhead(module, folder, folder.path() + "/module.so");
  auto code = Must(wasm::NativeCode::Find(folder.path(), support::HashOf(module).Hex()));
  if (!code) {
    ADD_FAILURE() << refused;
    std::abort();
  }
  return code;
}

}  // namespace goru::test
