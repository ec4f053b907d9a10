#include "guest/boot.hpp"

#include <unistd.h>

#include <array>

#include "guest/reactor_guest.hpp"
#include "guest/resumable_guest.hpp"
#include "guest/runtime.hpp"
#include "wasm/page_size.hpp"

namespace goru::guest {
namespace {

/// Moves the stack of a command behind its memory (ResumableGuest::Boot). wasm-ld puts the stack pointer first.
Expected<std::vector<uint8_t>> MoveStack(std::span<const uint8_t> module, uint32_t stack_pages) {
  auto memory_pages = wasm::InitialMemoryPages(module);
  if (!memory_pages) return memory_pages.error();
  auto globals = wasm::ListMutableGlobals(module);
  if (!globals) return globals.error();
  if (globals->empty() || (*globals)[0].index != 0) {
    return Error{ErrorKind::kInvalidArgument, "the command has no stack pointer where wasm-ld puts it"};
  }
  const std::array<wasm::GlobalValue, 1> moved = {
      {{(*globals)[0], static_cast<int64_t>(*memory_pages + stack_pages) * static_cast<int64_t>(wasm::kWasmPageSize)}}};
  return wasm::SetGlobals(module, moved);
}

}  // namespace

uint64_t FixedSources::Now(uint32_t /*clock*/) {
  now_ += 1000;
  return now_;
}

void FixedSources::FillRandom(std::span<uint8_t> out) {
  for (uint8_t& byte : out) {
    // splitmix64 (Steele, Lea and Flood, 2014): any fixed sequence would do.
    state_ += 0x9E3779B97F4A7C15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    byte = static_cast<uint8_t>(z ^ (z >> 31));
  }
}

After BuildPort::Handle(char /*op*/, nlohmann::json /*payload*/, support::HeldBytes /*held*/, Reply& reply) {
  reply = Reply::Failed("HostError", "no host functions while the image is built");
  return After::kContinue;
}

After BuildPort::WriteOutput(int stream, std::span<const uint8_t> bytes) {
  if (stream == 2) (void)!::write(STDERR_FILENO, bytes.data(), bytes.size());
  return After::kContinue;
}

wasi::WasiHost BootHost(wasi::Sources& sources, const Recipe& recipe, const std::string& prelude) {
  wasi::WasiHost host;
  host.sources = &sources;
  host.arguments = recipe.arguments;
  if (recipe.prelude == Recipe::Prelude::kArgument) host.arguments.push_back(prelude);
  host.environment = {};
  return host;
}

std::vector<uint8_t> MemoryOf(wasm::Instance& instance) {
  const auto bytes = instance.memory().Bytes(0, instance.slot().size());
  return {bytes->begin(), bytes->end()};
}

Expected<Booted> Boot(const std::shared_ptr<wasm::Engine>& engine, const Recipe& recipe,
                      std::span<const uint8_t> module, const std::string& prelude, FixedSources& sources,
                      BuildPort& port) {
  auto globals = wasm::ListMutableGlobals(module);
  if (!globals) return globals.error();
  auto exported = wasm::ExportGlobals(module, *globals);
  if (!exported) return exported.error();
  if (recipe.stack_pages > 0) {
    exported = MoveStack(*exported, recipe.stack_pages);
    if (!exported) return exported.error();
  }
  auto compiled = engine->Compile(*exported);
  if (!compiled) return compiled.error();
  auto program = LinkProgram(engine, std::move(*compiled));
  if (!program) return program.error();
  auto slot = wasm::MemorySlot::Create(nullptr);
  if (!slot) return slot.error();

  Booted booted;
  const Codec& codec = recipe.language.codec();
  wasi::WasiHost host = BootHost(sources, recipe, prelude);
  if (recipe.language.model == GuestModel::kResumable) {
    auto made = ResumableGuest::Boot(*program, std::move(*slot), codec, std::move(host), port, recipe.stack_pages);
    if (!made) return made.error();
    booted.parking = (*made)->parking();
    booted.sandbox = std::move(*made);
  } else {
    const std::string translator = recipe.prelude == Recipe::Prelude::kTranslator ? prelude : std::string();
    auto made = ReactorGuest::Boot(*program, std::move(*slot), codec, std::move(host), translator, port);
    if (!made) return made.error();
    booted.sandbox = std::move(*made);
  }
  wasm::Instance& instance = booted.sandbox->instance();
  for (const wasm::MutableGlobal& global : *globals) {
    auto value = instance.GlobalInteger(wasm::GlobalExportName(global.index));
    if (!value) return value.error();
    booted.globals.push_back({global, *value});
  }
  booted.memory = MemoryOf(instance);
  if (recipe.patch) {
    if (auto applied = Apply(*recipe.patch, booted.memory); !applied) return applied.error();
  }
  return booted;
}

}  // namespace goru::guest
