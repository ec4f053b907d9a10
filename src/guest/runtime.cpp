#include "guest/runtime.hpp"

#include "guest/reactor_guest.hpp"
#include "guest/resumable_guest.hpp"
#include "wasm/native/native_program.hpp"

namespace goru::guest {

namespace {

std::vector<wasm::HostImport> AllImports() {
  std::vector<wasm::HostImport> imports(wasi::Imports().begin(), wasi::Imports().end());
  imports.insert(imports.end(), ReactorGuest::Imports().begin(), ReactorGuest::Imports().end());
  return imports;
}

}  // namespace

Expected<std::shared_ptr<const wasm::Program>> LinkProgram(std::shared_ptr<wasm::Engine> engine,
                                                           wasm::ModulePtr module) {
  return wasm::Program::Link(std::move(engine), std::move(module), AllImports());
}

Expected<std::shared_ptr<const wasm::Program>> LinkAheadOfTime(std::shared_ptr<const wasm::NativeCode> code) {
  return wasm::LinkNative(std::move(code), AllImports());
}

Expected<std::shared_ptr<const Runtime>> Runtime::Create(std::shared_ptr<wasm::Engine> engine, wasm::ModulePtr module,
                                                         ImageInfo info,
                                                         std::shared_ptr<const wasm::MemoryImage> memory,
                                                         std::shared_ptr<const wasi::PackageLayer> packages) {
  auto program = LinkProgram(std::move(engine), std::move(module));
  if (!program) return program.error();
  std::shared_ptr<Runtime> runtime(new Runtime());
  runtime->program_ = std::move(*program);
  runtime->info_ = std::move(info);
  runtime->memory_ = std::move(memory);
  runtime->packages_ = std::move(packages);
  return std::shared_ptr<const Runtime>(std::move(runtime));
}

Expected<std::shared_ptr<const Runtime>> Runtime::Create(std::shared_ptr<const wasm::Program> program,
                                                         const ImageFile& image) {
  std::shared_ptr<Runtime> runtime(new Runtime());
  runtime->program_ = std::move(program);
  runtime->info_ = image.info();
  runtime->memory_ = image.memory();
  runtime->packages_ = image.packages();
  return std::shared_ptr<const Runtime>(std::move(runtime));
}

Expected<std::unique_ptr<WasmSandbox>> Runtime::Start(std::unique_ptr<wasm::MemorySlot> slot) const {
  switch (info_.model) {
    case GuestModel::kResumable:
      return ResumableGuest::Create(program_, std::move(slot), info_.codec(), info_.parking);
    case GuestModel::kReactor:
      return ReactorGuest::Create(program_, std::move(slot), info_.codec());
  }
  return Error{ErrorKind::kInternal, "unknown guest model"};
}

void Runtime::Warm(WasmSandbox& sandbox) const noexcept {
  sandbox.instance().slot().Warm();
  sandbox.instance().ResolveTableEntries(info_.hot_table_entries);
}

}  // namespace goru::guest
