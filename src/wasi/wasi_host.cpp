#include "wasi/wasi_host.hpp"

#include "wasi/tables.hpp"

namespace goru::wasi {

std::span<const wasm::HostImport> Imports() {
  static const std::vector<wasm::HostImport> all = [] {
    std::vector<wasm::HostImport> joined;
    for (const auto table : {ProcessImports(), ClockImports(), StreamImports(), PathImports()}) {
      joined.insert(joined.end(), table.begin(), table.end());
    }
    return joined;
  }();
  return all;
}

}  // namespace goru::wasi
