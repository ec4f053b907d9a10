#include "wasm/engine.hpp"

#include <cpuid.h>
#include <wasmtime/async.h>
#include <wasmtime/config.h>
#include <wasmtime/engine.h>
#include <wasmtime/error.h>

#include <array>
#include <cstdio>

#include "support/process_generation.hpp"
#include "wasm/engine_faults.hpp"
#include "wasm/guest_stack.hpp"
#include "wasm/instance.hpp"
#include "wasm/memory_slot.hpp"
#include "wasm/wasmtime_library.hpp"

// The engine's version, for cache keys; the build passes the one that it fetched.
#ifndef GORU_WASMTIME_VERSION
#error "GORU_WASMTIME_VERSION is set by cmake/Wasmtime.cmake"
#endif

namespace goru::wasm {
namespace {

// The engine asks for memory in the middle of instantiation and says nothing about whose it is.
thread_local MemorySlot* next_slot = nullptr;

uint8_t* GetMemory(void* env, size_t* byte_size, size_t* byte_capacity) {
  const auto* slot = static_cast<MemorySlot*>(env);
  *byte_size = slot->size();
  *byte_capacity = MemorySlot::kReservation;
  return slot->base();
}

wasmtime_error_t* GrowMemory(void* env, size_t new_size) {
  auto* slot = static_cast<MemorySlot*>(env);
  // Growth in a run is the guest calling the host: the stopper must keep its hands off meanwhile.
  RunGate* gate = slot->gate();
  if (gate == nullptr) return slot->Grow(new_size) ? nullptr : wasmtime_error_new("memory limit");
  if (!gate->EnterHost()) return wasmtime_error_new("stopped");
  const bool grown = slot->Grow(new_size);
  gate->LeaveHostOrRevoke();
  return grown ? nullptr : wasmtime_error_new("memory limit");
}

wasmtime_error_t* NewMemory(void* /*env*/, const wasm_memorytype_t* /*type*/, size_t minimum, size_t /*maximum*/,
                            size_t reserved, size_t guard, wasmtime_linear_memory_t* out) {
  if (next_slot == nullptr) return wasmtime_error_new("no memory slot for this instance");
  if (reserved > MemorySlot::kReservation || guard > MemorySlot::kGuard) {
    return wasmtime_error_new("the engine asks for more address space than a slot has");
  }
  if (next_slot->size() < minimum && !next_slot->Grow(minimum)) return wasmtime_error_new("memory limit");
  *out = {.env = next_slot, .get_memory = GetMemory, .grow_memory = GrowMemory, .finalizer = nullptr};
  next_slot = nullptr;
  return nullptr;
}

}  // namespace

Error TakeError(wasmtime_error_t* error, std::string_view doing) {
  const ErrorPtr owned(error);
  OwnedBytes message;
  wasmtime_error_message(error, message.out());
  std::string text(doing);
  text += ": ";
  text.append(message->data, message->size);
  return Error{ErrorKind::kInternal, std::move(text)};
}

// The engine's list of modules is the process's, with a lock that a child must not inherit locked. Hence HoldFork here
// and below.
void ModuleDeleter::operator()(wasmtime_module_t* module) const noexcept {
  const support::HoldFork hold;
  wasmtime_module_delete(module);
}

Engine::ScopedSlot::ScopedSlot(MemorySlot& slot) noexcept { next_slot = &slot; }
Engine::ScopedSlot::~ScopedSlot() { next_slot = nullptr; }

Expected<std::shared_ptr<Engine>> Engine::Create() {
  if (auto loaded = LoadWasmtime(); !loaded) return loaded.error();
  const support::HoldFork hold;
  wasm_config_t* config = wasm_config_new();
  // Only what the guests are compiled to. Bulk memory runs as native code, which must not meet memory that a stop
  // took away (run_gate.hpp); reference types depend on it.
  wasmtime_config_wasm_bulk_memory_set(config, false);
  wasmtime_config_wasm_reference_types_set(config, false);
  wasmtime_config_wasm_function_references_set(config, false);
  wasmtime_config_wasm_gc_set(config, false);
  wasmtime_config_gc_support_set(config, false);
  wasmtime_config_wasm_exceptions_set(config, false);
  wasmtime_config_wasm_threads_set(config, false);
  wasmtime_config_shared_memory_set(config, false);
  wasmtime_config_wasm_tail_call_set(config, false);
  wasmtime_config_wasm_relaxed_simd_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_component_model_async_set(config, false);
  wasmtime_config_wasm_component_model_set(config, false);
  wasmtime_config_max_wasm_stack_set(config, kMaxGuestStack);
  // Calls that wait are not used, but the engine compares the two.
  wasmtime_config_async_stack_size_set(config, kMaxGuestStack);
  // The engine's threads for it are the process's, and none of them is in a child.
  if (support::ProcessGeneration() > 1) wasmtime_config_parallel_compilation_set(config, false);
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
  wasmtime_config_native_unwind_info_set(config, false);
  wasmtime_config_memory_may_move_set(config, false);
  wasmtime_config_memory_reservation_set(config, MemorySlot::kReservation);
  wasmtime_config_memory_guard_size_set(config, MemorySlot::kGuard);
  wasmtime_config_memory_reservation_for_growth_set(config, 0);
  wasmtime_config_memory_init_cow_set(config, false);
  wasmtime_memory_creator_t creator = {.env = nullptr, .new_memory = NewMemory, .finalizer = nullptr};
  wasmtime_config_host_memory_creator_set(config, &creator);
  EnginePtr engine(wasm_engine_new_with_config(config));
  if (!engine) return Error{ErrorKind::kUnavailable, "this machine cannot run the WebAssembly engine"};
  if (auto held = HoldForksInFaults(); !held) return held.error();
  return std::shared_ptr<Engine>(new Engine(std::move(engine)));
}

Engine::~Engine() = default;

Expected<ModulePtr> Engine::Compile(std::span<const uint8_t> wasm) const {
  wasmtime_module_t* module = nullptr;
  wasmtime_error_t* error = nullptr;
  const support::HoldFork hold;
  // How much stack a compiler needs nobody promises; the caller's may be small.
  if (!OnGuestStack([&] { error = wasmtime_module_new(engine_.get(), wasm.data(), wasm.size(), &module); })) {
    return Error{ErrorKind::kUnavailable, kNoStack};
  }
  if (error != nullptr) return TakeError(error, "cannot compile the guest");
  return ModulePtr(module);
}

Expected<std::vector<uint8_t>> Engine::Serialize(const wasmtime_module_t& module) const {
  OwnedBytes bytes;
  if (auto* error = wasmtime_module_serialize(&module, bytes.out())) {
    return TakeError(error, "cannot serialize the guest");
  }
  return std::vector<uint8_t>(bytes->data, bytes->data + bytes->size);
}

Expected<ModulePtr> Engine::DeserializeFile(const std::string& path) const {
  wasmtime_module_t* module = nullptr;
  const support::HoldFork hold;
  if (auto* error = wasmtime_module_deserialize_file(engine_.get(), path.c_str(), &module)) {
    return TakeError(error, "cannot load compiled code");
  }
  return ModulePtr(module);
}

std::string Engine::CompatibilityKey() {
  // Native code depends on the CPU's features; leaves 1 and 7 list all that the code generator uses.
  std::array<unsigned, 4> leaf1 = {};
  std::array<unsigned, 4> leaf7 = {};
  std::array<unsigned, 4> extended = {};
  __get_cpuid(1, leaf1.data(), &leaf1[1], &leaf1[2], &leaf1[3]);
  __get_cpuid_count(7, 0, leaf7.data(), &leaf7[1], &leaf7[2], &leaf7[3]);
  __get_cpuid(0x80000001, extended.data(), &extended[1], &extended[2], &extended[3]);
  std::array<char, 160> text;
  // Leaf 1's EBX holds the current core's number, which is left out.
  std::snprintf(text.data(), text.size(), "wasmtime-%s;settings-1;cpu-%08x-%08x-%08x-%08x-%08x", GORU_WASMTIME_VERSION,
                leaf1[2], leaf1[3], leaf7[1], leaf7[2], extended[2]);
  return text.data();
}

}  // namespace goru::wasm
