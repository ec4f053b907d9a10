// The image builder's reading and writing of modules.
#include "wasm/module_rewriter.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "wasm/function_order.hpp"
#include "wasm/module_binary.hpp"
#include "wasm/stop_points.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> module(data, size);
  (void)goru::wasm::InitialMemoryPages(module);
  const auto globals = goru::wasm::ListMutableGlobals(module);
  if (!globals) return 0;
  (void)goru::wasm::ExportGlobals(module, *globals);
  std::vector<goru::wasm::GlobalValue> values;
  for (const goru::wasm::MutableGlobal& global : *globals) values.push_back({global, -1});
  const auto set = goru::wasm::SetGlobals(module, values);
  if (set) {
    const auto again = goru::wasm::ListMutableGlobals(*set);
    if (!again || again->size() != globals->size()) std::abort();
  }
  (void)goru::wasm::MakeImageModule(module, 17, values);
  (void)goru::wasm::ExportTable(module);
  (void)goru::wasm::TraceFunctions(module);
  (void)goru::wasm::TableEntriesOf(module, {});
  const auto ordered = goru::wasm::ReorderFunctions(module, {});
  const auto stoppable = goru::wasm::AddStopPoints(module);
  if (stoppable && !goru::wasm::Sections(stoppable->bytes)) std::abort();
  // What was written is read again.
  if (ordered && !goru::wasm::ReorderFunctions(*ordered, {})) std::abort();
  return 0;
}
