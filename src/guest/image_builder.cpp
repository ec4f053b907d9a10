#include "guest/image_builder.hpp"

#include <algorithm>

#include "guest/boot.hpp"
#include "guest/runtime.hpp"
#include "guest/small_run.hpp"
#include "wasi/descriptors.hpp"
#include "wasi/files/files.hpp"
#include "wasi/files/package_tree.hpp"
#include "wasi/packages/package_archive.hpp"
#include "wasi/packages/package_view.hpp"
#include "wasm/engine.hpp"
#include "wasm/module_rewriter.hpp"
#include "wasm/page_size.hpp"
#include "wasm/stop_points.hpp"

namespace goru::guest {
namespace {

/// Traps at the first read of standard input.
class ProbeIo final : public wasi::GuestIo {
 public:
  wasm::After ReadStdin(wasm::CallContext& /*context*/, std::span<uint8_t> /*into*/, uint32_t& count) override {
    count = 0;
    return wasm::After::kUnwind;
  }
  wasm::After WriteOutput(int /*stream*/, std::span<const uint8_t> /*bytes*/) override {
    return wasm::After::kContinue;
  }
  wasm::After WriteChannel(wasm::CallContext& /*context*/, std::span<const uint8_t> /*request*/) override {
    return wasm::After::kContinue;
  }
  wasm::After ReadChannel(wasm::CallContext& /*context*/, uint32_t /*address*/, std::span<uint8_t> /*into*/,
                          uint32_t& count) override {
    count = 0;
    return wasm::After::kContinue;
  }
  void Exit(uint32_t /*code*/) override {}
};

}  // namespace

Expected<void> BuildImage(const Recipe& recipe, std::span<const uint8_t> module, const std::string& prelude,
                          const std::string& output) {
  if (recipe.prelude == Recipe::Prelude::kNone && !prelude.empty()) {
    return Error{ErrorKind::kInvalidArgument, "the recipe of " + recipe.language.language + " takes no prelude"};
  }
  ImageInfo info;
  static_cast<LanguageInfo&>(info) = recipe.language;
  auto engine = wasm::Engine::Create();
  if (!engine) return engine.error();
  const auto stoppable = wasm::AddStopPoints(module);
  if (!stoppable) return stoppable.error();
  const auto ordered = PutHotFunctionsFirst(*engine, recipe, stoppable->bytes, prelude, info.hot_table_entries);
  if (!ordered) return ordered.error();
  FixedSources sources;
  BuildPort port;
  auto booted = Boot(*engine, recipe, *ordered, prelude, sources, port);
  if (!booted) return booted.error();
  info.parking = booted->parking;
  auto image_module = wasm::MakeImageModule(
      *ordered, static_cast<uint32_t>(booted->memory.size() / wasm::kWasmPageSize), booted->globals);
  if (!image_module) return image_module.error();

  // What an ordinary run touches is learned from the image itself.
  auto compiled = (*engine)->Compile(*image_module);
  if (!compiled) return compiled.error();
  auto memory = wasm::MemoryImage::FromBytes(booted->memory);
  if (!memory) return memory.error();
  auto runtime = Runtime::Create(*engine, std::move(*compiled), info, *memory);
  if (!runtime) return runtime.error();
  auto hot_pages = FindHotPages(**runtime);
  if (!hot_pages) return hot_pages.error();
  info.hot_pages = std::move(*hot_pages);
  return ImageFile::Write(output, std::move(info), *image_module, booted->memory);
}

Expected<void> ExtendImage(const Loader& loader, const ImageFile& base,
                           std::span<const std::shared_ptr<const wasi::PackageLayer>> packages,
                           std::vector<ProvidedPackage> provides, const Job& job, const std::string& output) {
  auto archive = wasi::PackArchive(packages);
  if (!archive) return archive.error();
  auto runtime = loader.LoadRuntime(base, nullptr);
  if (!runtime) return runtime.error();
  auto slot = wasm::MemorySlot::Create(base.memory());
  if (!slot) return slot.error();
  auto sandbox = (*runtime)->Start(std::move(*slot));
  if (!sandbox) return sandbox.error();
  // Sessions of the image see the same packages with the same number, so what the guest has listed stays true.
  wasi::PackageView view({packages.begin(), packages.end()}, 1);
  wasi::Files files({{std::string(wasi::kPackagesPath), wasi::PackageTree(view)}});
  (*sandbox)->ShowFiles(&files);
  if (auto ran = RunForImage(**sandbox, job); !ran) {
    return Error{ran.error().kind, "the imports failed: " + ran.error().message};
  }
  // At rest the module's own state is what it was: its stack is parked from the same place. Only memory has changed.
  const std::vector<uint8_t> content = MemoryOf((*sandbox)->instance());
  auto memory = wasm::MemoryImage::FromBytes(content);
  if (!memory) return memory.error();
  ImageInfo info = base.info();
  info.provides = std::move(provides);
  auto module_bytes = base.ReadModule();
  if (!module_bytes) return module_bytes.error();
  auto hot_pages = FindHotPages((*runtime)->WithMemory(std::move(*memory)));
  if (!hot_pages) return hot_pages.error();
  info.hot_pages = std::move(*hot_pages);
  return ImageFile::Write(output, std::move(info), *module_bytes, content, *archive);
}

Expected<std::vector<uint32_t>> FunctionsOnStackAtRest(const Recipe& recipe, std::span<const uint8_t> module) {
  auto engine = wasm::Engine::Create();
  if (!engine) return engine.error();
  auto compiled = (*engine)->Compile(module);
  if (!compiled) return compiled.error();
  auto program = LinkProgram(*engine, std::move(*compiled));
  if (!program) return program.error();
  auto slot = wasm::MemorySlot::Create(nullptr);
  if (!slot) return slot.error();
  FixedSources sources;
  ProbeIo io;
  wasi::WasiHost host = BootHost(sources, recipe, {});
  host.io = &io;
  auto instance = wasm::Instance::Create(*program, std::move(*slot), &host);
  if (!instance) return instance.error();
  auto start = (*instance)->Function("_start");
  if (!start) return start.error();
  (*instance)->CaptureFrames(true);
  (*instance)->gate().Begin();
  wasm::CallEnd end = (*instance)->Call(*start, {});
  (*instance)->gate().End();
  if (end.kind != wasm::CallEnd::Kind::kUnwound || end.frames.empty()) {
    return Error{ErrorKind::kInternal, "the command did not read its standard input: " + end.message};
  }
  std::sort(end.frames.begin(), end.frames.end());
  end.frames.erase(std::unique(end.frames.begin(), end.frames.end()), end.frames.end());
  return end.frames;
}

}  // namespace goru::guest
