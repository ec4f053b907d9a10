#include "wasm/instance.hpp"

#include <string_view>

#include "support/caught.hpp"
#include "wasm/guest_stack.hpp"
#include "wasm/module_rewriter.hpp"

namespace goru::wasm {
namespace {

constexpr int32_t kErrnoNosys = 52;

/// Epochs are off, so this code comes from nowhere else.
constexpr wasmtime_trap_code_t kUnwindCode = WASMTIME_TRAP_CODE_INTERRUPT;

wasm_trap_t* UnwindTrap() { return wasmtime_trap_new_code(kUnwindCode); }

/// Every call from a guest comes through here: the gate is passed on the way in and on the way out.
wasm_trap_t* Enter(void* env, wasmtime_caller_t* caller, wasmtime_val_raw_t* values, size_t /*count*/) {
  const auto* import = static_cast<const HostImport*>(env);
  auto* instance = static_cast<Instance*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
  if (!instance->gate().EnterHost()) return UnwindTrap();
  CallContext context{*instance, instance->memory(), instance->state()};
  After after = After::kUnwind;
  try {
    after = import->function(context, Args(values));
  } catch (...) {
    // Out of memory in the host, most likely. No exception may cross the engine's frames.
    instance->set_host_error(support::CaughtError());
    after = After::kUnwind;
  }
  if (after == After::kUnwind || !instance->gate().EnterWasm()) return UnwindTrap();
  return nullptr;
}

/// An import that no guest needs and nobody serves.
After AnswerNosys(CallContext& /*context*/, Args args) {
  args.Return(kErrnoNosys);
  return After::kContinue;
}

FunctionTypePtr MakeType(std::string_view signature) {
  std::vector<wasm_valtype_t*> params;
  std::vector<wasm_valtype_t*> results;
  // Nothing is allocated once there is something to lose.
  params.reserve(signature.size());
  results.reserve(signature.size());
  auto* into = &params;
  for (const char c : signature) {
    if (c == ':') {
      into = &results;
    } else {
      into->push_back(wasm_valtype_new(c == 'I' ? WASM_I64 : WASM_I32));
    }
  }
  wasm_valtype_vec_t param_vec;
  wasm_valtype_vec_t result_vec;
  wasm_valtype_vec_new(&param_vec, params.size(), params.data());
  wasm_valtype_vec_new(&result_vec, results.size(), results.data());
  return FunctionTypePtr(wasm_functype_new(&param_vec, &result_vec));
}

std::string_view View(const wasm_name_t* name) { return {name->data, name->size}; }

/// Describes every import of the module that `imports` does not serve.
Expected<std::vector<HostImport>> CompleteImports(const wasmtime_module_t& module, std::span<const HostImport> imports,
                                                  std::vector<std::unique_ptr<std::string>>& names) {
  std::vector<HostImport> all(imports.begin(), imports.end());
  OwnedImportTypes types;
  wasmtime_module_imports(&module, types.out());
  for (size_t i = 0; i < types->size; ++i) {
    const std::string_view module_name = View(wasm_importtype_module(types->data[i]));
    const std::string_view name = View(wasm_importtype_name(types->data[i]));
    bool served = false;
    for (const HostImport& import : imports) served = served || (import.module == module_name && import.name == name);
    if (served) continue;
    const wasm_functype_t* type = wasm_externtype_as_functype_const(wasm_importtype_type(types->data[i]));
    const bool is_wasi = module_name == "wasi_snapshot_preview1" && type != nullptr &&
                         wasm_functype_results(type)->size == 1 &&
                         wasm_valtype_kind(wasm_functype_results(type)->data[0]) == WASM_I32;
    if (!is_wasi) {
      return Error{ErrorKind::kInvalidArgument, "the guest imports " + std::string(module_name) + "." +
                                                    std::string(name) + ", which the host does not offer"};
    }
    std::string signature;
    const wasm_valtype_vec_t* params = wasm_functype_params(type);
    for (size_t p = 0; p < params->size; ++p) {
      signature += wasm_valtype_kind(params->data[p]) == WASM_I64 ? 'I' : 'i';
    }
    signature += ":i";
    names.push_back(std::make_unique<std::string>(name));
    names.push_back(std::make_unique<std::string>(std::move(signature)));
    all.push_back({"wasi_snapshot_preview1", *names[names.size() - 2], *names.back(), AnswerNosys});
  }
  return all;
}

}  // namespace

Expected<std::shared_ptr<const Program>> Program::Link(std::shared_ptr<Engine> engine, ModulePtr module,
                                                       std::span<const HostImport> imports) {
  std::shared_ptr<Program> program(new Program());
  program->engine_ = std::move(engine);
  program->module_ = std::move(module);
  std::vector<std::unique_ptr<std::string>> names;
  auto all = CompleteImports(*program->module_, imports, names);
  if (!all) return all.error();
  program->imports_ = std::move(*all);

  const LinkerPtr linker(wasmtime_linker_new(program->engine_->get()));
  wasmtime_error_t* error = nullptr;
  for (HostImport& import : program->imports_) {
    const FunctionTypePtr type = MakeType(import.signature);
    error = wasmtime_linker_define_func_unchecked(linker.get(), import.module.data(), import.module.size(),
                                                  import.name.data(), import.name.size(), type.get(), Enter, &import,
                                                  nullptr);
    if (error != nullptr) break;
  }
  if (error == nullptr) error = wasmtime_linker_instantiate_pre(linker.get(), program->module_.get(), &program->pre_);
  if (error != nullptr) return TakeError(error, "cannot link the guest");
  return std::shared_ptr<const Program>(std::move(program));
}

Program::~Program() {
  if (pre_ != nullptr) wasmtime_instance_pre_delete(pre_);
}

Instance::Instance(std::shared_ptr<const Program> program, std::unique_ptr<MemorySlot> slot, void* state)
    : program_(std::move(program)), slot_(std::move(slot)), gate_(*slot_), state_(state) {}

Expected<std::unique_ptr<Instance>> Instance::Create(std::shared_ptr<const Program> program,
                                                     std::unique_ptr<MemorySlot> slot, void* state) {
  std::unique_ptr<Instance> instance(new Instance(std::move(program), std::move(slot), state));
  instance->store_ = wasmtime_store_new(instance->program_->engine_->get(), instance.get(), nullptr);
  // The slot holds the memory limit; one memory and one instance is all that a guest ever needs.
  wasmtime_store_limiter(instance->store_, -1, 100'000, 1, 2, 1);
  const Engine::ScopedSlot scoped(*instance->slot_);
  wasm_trap_t* trap = nullptr;
  if (auto* error = wasmtime_instance_pre_instantiate(instance->program_->pre_, instance->context(),
                                                      &instance->instance_, &trap)) {
    return TakeError(error, "cannot start a sandbox");
  }
  if (trap != nullptr) {
    wasm_trap_delete(trap);
    return Error{ErrorKind::kInternal, "a guest's start function trapped"};
  }
  instance->slot_->set_gate(&instance->gate_);
  return instance;
}

Instance::~Instance() {
  if (slot_) slot_->set_gate(nullptr);
  if (store_ != nullptr) wasmtime_store_delete(store_);
}

std::unique_ptr<MemorySlot> Instance::Release(std::unique_ptr<Instance> instance) {
  instance->slot_->set_gate(nullptr);
  // The store's memory points into the slot, so the store goes first.
  wasmtime_store_delete(instance->store_);
  instance->store_ = nullptr;
  return std::move(instance->slot_);
}

bool Instance::Find(std::string_view name, wasmtime_extern_kind_t kind, wasmtime_extern_t& item) const noexcept {
  return wasmtime_instance_export_get(context(), &instance_, name.data(), name.size(), &item) && item.kind == kind;
}

Expected<wasmtime_func_t> Instance::Function(std::string_view name) const {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_FUNC, item)) {
    return Error{ErrorKind::kInvalidArgument, "the guest does not export the function " + std::string(name)};
  }
  return item.of.func;
}

Expected<int64_t> Instance::GlobalInteger(std::string_view name) const {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_GLOBAL, item)) {
    return Error{ErrorKind::kInvalidArgument, "the guest does not export the global " + std::string(name)};
  }
  wasmtime_val_t value;
  wasmtime_global_get(context(), &item.of.global, &value);
  if (value.kind == WASMTIME_I64) return value.of.i64;
  return int64_t{value.of.i32};
}

bool Instance::SetGlobalInteger(std::string_view name, int32_t value) noexcept {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_GLOBAL, item)) return false;
  wasmtime_val_t content = {};
  content.kind = WASMTIME_I32;
  content.of.i32 = value;
  wasmtime_error_t* error = wasmtime_global_set(context(), &item.of.global, &content);
  if (error != nullptr) wasmtime_error_delete(error);
  return error == nullptr;
}

void Instance::ResolveTableEntries(std::span<const uint32_t> entries) noexcept {
  wasmtime_extern_t item;
  if (!Find(kTableExportName, WASMTIME_EXTERN_TABLE, item)) return;
  for (const uint32_t entry : entries) {
    wasmtime_val_t value;
    // Looking at an entry is what makes the engine fill it in.
    if (wasmtime_table_get(context(), &item.of.table, entry, &value)) wasmtime_val_unroot(&value);
  }
}

CallEnd Instance::Call(const wasmtime_func_t& function, std::span<wasmtime_val_raw_t> values) {
  CallEnd end;
  if (!gate_.EnterWasm()) {
    end.kind = CallEnd::Kind::kStopped;
    return end;
  }
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = nullptr;
  const bool called = OnGuestStack(
      [&] { error = wasmtime_func_call_unchecked(context(), &function, values.data(), values.size(), &trap); });
  gate_.Settle();
  const TrapPtr owned(trap);
  if (!called) {
    end.kind = CallEnd::Kind::kTrapped;
    end.message = kNoStack;
    return end;
  }
  if (error != nullptr) {
    end.kind = CallEnd::Kind::kTrapped;
    end.message = TakeError(error, "the engine failed").message;
    return end;
  }
  if (trap == nullptr) {
    // A stop that came after the last instruction of the guest still took its memory away.
    if (gate_.stopped()) end.kind = CallEnd::Kind::kStopped;
    return end;
  }
  OwnedBytes message;
  wasm_trap_message(trap, message.out());
  end.message.assign(message->data, message->size > 0 ? message->size - 1 : 0);
  wasmtime_trap_code_t code = 0;
  const bool has_code = wasmtime_trap_code(trap, &code);
  if (gate_.stopped()) {
    end.kind = CallEnd::Kind::kStopped;
  } else if (has_code && code == kUnwindCode) {
    end.kind = host_error_ ? CallEnd::Kind::kHostFailed : CallEnd::Kind::kUnwound;
    end.host_error.swap(host_error_);
  } else {
    end.kind = CallEnd::Kind::kTrapped;
  }
  if (capture_frames_) {
    OwnedFrames frames;
    wasm_trap_trace(trap, frames.out());
    for (size_t i = 0; i < frames->size; ++i) end.frames.push_back(wasm_frame_func_index(frames->data[i]));
  }
  return end;
}

bool Instance::CallNested(const wasmtime_func_t& function, std::span<wasmtime_val_raw_t> values) {
  if (!gate_.EnterWasm()) return false;
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = wasmtime_func_call_unchecked(context(), &function, values.data(), values.size(), &trap);
  const bool back = gate_.EnterHost();
  if (error != nullptr) wasmtime_error_delete(error);
  if (trap != nullptr) wasm_trap_delete(trap);
  return back && error == nullptr && trap == nullptr;
}

bool Instance::GrowMemory(uint32_t pages) {
  wasmtime_extern_t item;
  if (!Find("memory", WASMTIME_EXTERN_MEMORY, item) || !gate_.EnterWasm()) return false;
  uint64_t before = 0;
  wasmtime_error_t* error = wasmtime_memory_grow(context(), &item.of.memory, pages, &before);
  const bool back = gate_.EnterHost();
  if (error != nullptr) wasmtime_error_delete(error);
  return back && error == nullptr;
}

}  // namespace goru::wasm
