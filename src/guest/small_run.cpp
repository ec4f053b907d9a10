#include "guest/small_run.hpp"

#include "guest/boot.hpp"
#include "wasm/dirty_pages.hpp"
#include "wasm/function_order.hpp"
#include "wasm/module_rewriter.hpp"
#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

/// Runs what many a fresh sandbox is made for.
Expected<void> RunSmallJob(const LanguageInfo& language, Sandbox& sandbox) {
  Job job;
  job.code = language.hot_job;
  job.name = "warm";
  job.first = true;
  auto ran = RunForImage(sandbox, job);
  if (!ran) return Error{ErrorKind::kInternal, "the image's first run failed: " + ran.error().message};
  return ran;
}

/// The functions that a small run calls, found by running one in a module that notes them.
Expected<std::vector<uint32_t>> FindHotFunctions(const std::shared_ptr<wasm::Engine>& engine, const Recipe& recipe,
                                                 std::span<const uint8_t> module, const std::string& prelude) {
  const auto traced = wasm::TraceFunctions(module);
  if (!traced) return traced.error();
  FixedSources sources;
  BuildPort port;
  auto booted = Boot(engine, recipe, traced->bytes, prelude, sources, port);
  if (!booted) return booted.error();
  wasm::Instance& instance = booted->sandbox->instance();
  const auto global = [&traced](uint32_t i) { return wasm::GlobalExportName(traced->first_global + i); };
  for (uint32_t i = 0; i < traced->functions; ++i) {
    if (!instance.SetGlobalInteger(global(i), 0)) return Error{ErrorKind::kInternal, "a trace cannot be cleared"};
  }
  if (auto ran = RunSmallJob(recipe.language, *booted->sandbox); !ran) return ran.error();
  std::vector<uint32_t> functions;
  for (uint32_t i = 0; i < traced->functions; ++i) {
    const auto called = instance.GlobalInteger(global(i));
    if (!called) return called.error();
    if (*called != 0) functions.push_back(traced->first_function + i);
  }
  return functions;
}

}  // namespace

Expected<void> RunForImage(Sandbox& sandbox, const Job& job) {
  BuildPort port;
  sandbox.Begin();
  const RunEnd end = sandbox.Run(job, port);
  sandbox.End();
  if (end.kind != RunEnd::Kind::kAtRest) {
    return Error{ErrorKind::kInvalidArgument, "the sandbox did not survive: " + end.message};
  }
  const nlohmann::json& outcome = port.outcome();
  if (outcome.is_object() && !outcome.empty()) {
    const nlohmann::json error = outcome.value("error", nlohmann::json::object());
    return Error{ErrorKind::kInvalidArgument,
                 error.value("type", std::string("exit")) + ": " + error.value("message", std::string())};
  }
  return {};
}

Expected<std::vector<uint8_t>> PutHotFunctionsFirst(const std::shared_ptr<wasm::Engine>& engine, const Recipe& recipe,
                                                    std::span<const uint8_t> module, const std::string& prelude,
                                                    std::vector<uint32_t>& entries) {
  const auto hot = FindHotFunctions(engine, recipe, module, prelude);
  if (!hot) return hot.error();
  auto found = wasm::TableEntriesOf(module, *hot);
  if (!found) return found.error();
  entries = std::move(*found);
  auto ordered = wasm::ReorderFunctions(module, *hot);
  if (!ordered) return ordered.error();
  return wasm::ExportTable(*ordered);
}

Expected<std::vector<uint32_t>> FindHotPages(const Runtime& runtime) {
  auto slot = wasm::MemorySlot::Create(runtime.memory());
  if (!slot) return slot.error();
  auto sandbox = runtime.Start(std::move(*slot));
  if (!sandbox) return sandbox.error();
  if (auto ran = RunSmallJob(runtime.info(), **sandbox); !ran) return ran.error();
  wasm::Instance& instance = (*sandbox)->instance();
  std::vector<uint32_t> pages;
  const auto base = reinterpret_cast<uint64_t>(instance.slot().base());
  wasm::ForEachDirtyRange(base, base + runtime.memory()->size(), [&](const wasm::PageRange& range) {
    for (uint64_t page = range.start; page < range.end; page += wasm::kPageSize) {
      pages.push_back(static_cast<uint32_t>((page - base) / wasm::kPageSize));
    }
    return true;
  });
  return pages;
}

}  // namespace goru::guest
