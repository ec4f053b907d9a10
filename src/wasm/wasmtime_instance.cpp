// Programs and instances that Wasmtime runs.
#include <wasmtime.h>

#include <bit>
#include <string_view>

#include "wasm/engine.hpp"
#include "wasm/engine_faults.hpp"
#include "wasm/guest_stack.hpp"
#include "wasm/handles.hpp"
#include "wasm/instance.hpp"
#include "wasm/module_rewriter.hpp"

namespace goru::wasm {
namespace {

static_assert(sizeof(Value) == sizeof(wasmtime_val_raw_t));
static_assert(sizeof(ExportedFunction) == sizeof(wasmtime_func_t));

wasmtime_val_raw_t* Raw(std::span<Value> values) { return reinterpret_cast<wasmtime_val_raw_t*>(values.data()); }

wasmtime_func_t Native(const ExportedFunction& function) { return std::bit_cast<wasmtime_func_t>(function); }

/// Epochs are off, so this code comes from nowhere else.
constexpr wasmtime_trap_code_t kUnwindCode = WASMTIME_TRAP_CODE_INTERRUPT;

wasm_trap_t* UnwindTrap() { return wasmtime_trap_new_code(kUnwindCode); }

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

/// What the module imports; functions only, of i32 and i64. Anything else has an empty signature.
std::vector<HostImport> ImportsOf(const OwnedImportTypes& types, std::vector<std::unique_ptr<std::string>>& names) {
  std::vector<HostImport> wanted;
  for (size_t i = 0; i < types->size; ++i) {
    const wasm_functype_t* type = wasm_externtype_as_functype_const(wasm_importtype_type(types->data[i]));
    std::string signature;
    if (type != nullptr) {
      const wasm_valtype_vec_t* params = wasm_functype_params(type);
      const wasm_valtype_vec_t* results = wasm_functype_results(type);
      for (size_t p = 0; p < params->size; ++p) {
        signature += wasm_valtype_kind(params->data[p]) == WASM_I64 ? 'I' : 'i';
      }
      signature += ':';
      if (results->size == 1) signature += wasm_valtype_kind(results->data[0]) == WASM_I32 ? 'i' : 'I';
    }
    names.push_back(std::make_unique<std::string>(std::move(signature)));
    wanted.push_back({View(wasm_importtype_module(types->data[i])), View(wasm_importtype_name(types->data[i])),
                      *names.back(), nullptr});
  }
  return wanted;
}

class WasmtimeProgram final : public Program {
 public:
  WasmtimeProgram(std::shared_ptr<Engine> engine, ModulePtr module)
      : engine_(std::move(engine)), module_(std::move(module)) {
    wasmtime_module_image_range(module_.get(), &code_begin_, &code_end_);
  }
  ~WasmtimeProgram() override {
    if (pre_ != nullptr) wasmtime_instance_pre_delete(pre_);
  }
  WasmtimeProgram(const WasmtimeProgram&) = delete;
  WasmtimeProgram& operator=(const WasmtimeProgram&) = delete;

  Expected<void> Link(std::span<const HostImport> imports);
  Expected<std::unique_ptr<Instance>> Instantiate(std::shared_ptr<const Program> self, std::unique_ptr<MemorySlot> slot,
                                                  void* state) const override;

  wasm_engine_t* engine() const noexcept { return engine_->get(); }
  const void* code_begin() const noexcept { return code_begin_; }
  const void* code_end() const noexcept { return code_end_; }
  const wasmtime_instance_pre_t* pre() const noexcept { return pre_; }

 private:
  std::shared_ptr<Engine> engine_;
  ModulePtr module_;
  std::vector<HostImport> imports_;
  wasmtime_instance_pre_t* pre_ = nullptr;
  void* code_begin_ = nullptr;
  void* code_end_ = nullptr;
};

class WasmtimeInstance final : public Instance {
 public:
  WasmtimeInstance(const WasmtimeProgram& program, std::shared_ptr<const Program> self,
                   std::unique_ptr<MemorySlot> slot, void* state);
  ~WasmtimeInstance() override { WasmtimeInstance::End(); }
  WasmtimeInstance(const WasmtimeInstance&) = delete;
  WasmtimeInstance& operator=(const WasmtimeInstance&) = delete;

  Expected<void> Instantiate(const WasmtimeProgram& program);

  Expected<ExportedFunction> Function(std::string_view name) const override;
  Expected<int64_t> GlobalInteger(std::string_view name) const override;
  bool SetGlobalInteger(std::string_view name, int32_t value) noexcept override;
  void ResolveTableEntries(std::span<const uint32_t> entries) noexcept override;
  CallEnd Call(const ExportedFunction& function, std::span<Value> values) override;
  bool CallNested(const ExportedFunction& function, std::span<Value> values) override;
  bool GrowMemory(uint32_t pages) override;

  /// Every call from a guest comes through here.
  static wasm_trap_t* Enter(void* env, wasmtime_caller_t* caller, wasmtime_val_raw_t* values, size_t /*count*/) {
    const auto* import = static_cast<const HostImport*>(env);
    auto* instance = static_cast<WasmtimeInstance*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
    return instance->CallHost(*import, reinterpret_cast<Value*>(values)) ? nullptr : UnwindTrap();
  }

 protected:
  void End() noexcept override {
    if (store_ != nullptr) wasmtime_store_delete(store_);
    store_ = nullptr;
  }

 private:
  wasmtime_context_t* context() const noexcept { return wasmtime_store_context(store_); }
  /// The export `name` of this kind, if there is one.
  bool Find(std::string_view name, wasmtime_extern_kind_t kind, wasmtime_extern_t& item) const noexcept;

  const WasmtimeProgram& wasmtime_program_;
  wasmtime_store_t* store_ = nullptr;
  wasmtime_instance_t instance_ = {};
};

Expected<void> WasmtimeProgram::Link(std::span<const HostImport> imports) {
  std::vector<std::unique_ptr<std::string>> names;
  OwnedImportTypes types;
  wasmtime_module_imports(module_.get(), types.out());
  auto all = CompleteImports(ImportsOf(types, names), imports, names);
  if (!all) return all.error();
  imports_ = std::move(*all);
  const LinkerPtr linker(wasmtime_linker_new(engine_->get()));
  wasmtime_error_t* error = nullptr;
  for (HostImport& import : imports_) {
    const FunctionTypePtr type = MakeType(import.signature);
    error = wasmtime_linker_define_func_unchecked(linker.get(), import.module.data(), import.module.size(),
                                                  import.name.data(), import.name.size(), type.get(),
                                                  WasmtimeInstance::Enter, &import, nullptr);
    if (error != nullptr) break;
  }
  if (error == nullptr) error = wasmtime_linker_instantiate_pre(linker.get(), module_.get(), &pre_);
  if (error != nullptr) return TakeError(error, "cannot link the guest");
  return {};
}

Expected<std::unique_ptr<Instance>> WasmtimeProgram::Instantiate(std::shared_ptr<const Program> self,
                                                                 std::unique_ptr<MemorySlot> slot, void* state) const {
  auto instance = std::make_unique<WasmtimeInstance>(*this, std::move(self), std::move(slot), state);
  if (auto made = instance->Instantiate(*this); !made) return made.error();
  return std::unique_ptr<Instance>(std::move(instance));
}

WasmtimeInstance::WasmtimeInstance(const WasmtimeProgram& program, std::shared_ptr<const Program> self,
                                   std::unique_ptr<MemorySlot> slot, void* state)
    : Instance(std::move(self), std::move(slot), state),
      wasmtime_program_(program),
      store_(wasmtime_store_new(program.engine(), this, nullptr)) {
  // The slot holds the memory limit; one memory and one instance is all that a guest ever needs.
  wasmtime_store_limiter(store_, -1, 100'000, 1, 2, 1);
}

Expected<void> WasmtimeInstance::Instantiate(const WasmtimeProgram& program) {
  const Engine::ScopedSlot scoped(*slot_);
  wasm_trap_t* trap = nullptr;
  if (auto* error = wasmtime_instance_pre_instantiate(program.pre(), context(), &instance_, &trap)) {
    return TakeError(error, "cannot start a sandbox");
  }
  if (trap != nullptr) {
    wasm_trap_delete(trap);
    return Error{ErrorKind::kInternal, "a guest's start function trapped"};
  }
  slot_->set_gate(&gate_);
  return {};
}

bool WasmtimeInstance::Find(std::string_view name, wasmtime_extern_kind_t kind,
                            wasmtime_extern_t& item) const noexcept {
  return wasmtime_instance_export_get(context(), &instance_, name.data(), name.size(), &item) && item.kind == kind;
}

Expected<ExportedFunction> WasmtimeInstance::Function(std::string_view name) const {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_FUNC, item)) {
    return Error{ErrorKind::kInvalidArgument, "the guest does not export the function " + std::string(name)};
  }
  return std::bit_cast<ExportedFunction>(item.of.func);
}

Expected<int64_t> WasmtimeInstance::GlobalInteger(std::string_view name) const {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_GLOBAL, item)) {
    return Error{ErrorKind::kInvalidArgument, "the guest does not export the global " + std::string(name)};
  }
  wasmtime_val_t value;
  wasmtime_global_get(context(), &item.of.global, &value);
  if (value.kind == WASMTIME_I64) return value.of.i64;
  return int64_t{value.of.i32};
}

bool WasmtimeInstance::SetGlobalInteger(std::string_view name, int32_t value) noexcept {
  wasmtime_extern_t item;
  if (!Find(name, WASMTIME_EXTERN_GLOBAL, item)) return false;
  wasmtime_val_t content = {};
  content.kind = WASMTIME_I32;
  content.of.i32 = value;
  wasmtime_error_t* error = wasmtime_global_set(context(), &item.of.global, &content);
  if (error != nullptr) wasmtime_error_delete(error);
  return error == nullptr;
}

void WasmtimeInstance::ResolveTableEntries(std::span<const uint32_t> entries) noexcept {
  wasmtime_extern_t item;
  if (!Find(kTableExportName, WASMTIME_EXTERN_TABLE, item)) return;
  for (const uint32_t entry : entries) {
    wasmtime_val_t value;
    // Looking at an entry is what makes the engine fill it in.
    if (wasmtime_table_get(context(), &item.of.table, entry, &value)) wasmtime_val_unroot(&value);
  }
}

CallEnd WasmtimeInstance::Call(const ExportedFunction& function, std::span<Value> values) {
  CallEnd end;
  if (!gate_.EnterWasm()) {
    end.kind = CallEnd::Kind::kStopped;
    return end;
  }
  const wasmtime_func_t callee = Native(function);
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = nullptr;
  const CodeRuns runs(wasmtime_program_.code_begin(), wasmtime_program_.code_end());
  const bool called = OnGuestStack(
      [&] { error = wasmtime_func_call_unchecked(context(), &callee, Raw(values), values.size(), &trap); });
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
  SayWhyLeft(has_code && code == kUnwindCode, end);
  if (capture_frames_) {
    OwnedFrames frames;
    wasm_trap_trace(trap, frames.out());
    for (size_t i = 0; i < frames->size; ++i) end.frames.push_back(wasm_frame_func_index(frames->data[i]));
  }
  return end;
}

bool WasmtimeInstance::CallNested(const ExportedFunction& function, std::span<Value> values) {
  if (!gate_.EnterWasm()) return false;
  const CodeRuns runs(wasmtime_program_.code_begin(), wasmtime_program_.code_end());
  wasm_trap_t* trap = nullptr;
  const wasmtime_func_t callee = Native(function);
  wasmtime_error_t* error = wasmtime_func_call_unchecked(context(), &callee, Raw(values), values.size(), &trap);
  const bool back = gate_.EnterHost();
  if (error != nullptr) wasmtime_error_delete(error);
  if (trap != nullptr) wasm_trap_delete(trap);
  return back && error == nullptr && trap == nullptr;
}

bool WasmtimeInstance::GrowMemory(uint32_t pages) {
  wasmtime_extern_t item;
  if (!Find("memory", WASMTIME_EXTERN_MEMORY, item) || !gate_.EnterWasm()) return false;
  uint64_t before = 0;
  wasmtime_error_t* error = wasmtime_memory_grow(context(), &item.of.memory, pages, &before);
  const bool back = gate_.EnterHost();
  if (error != nullptr) wasmtime_error_delete(error);
  return back && error == nullptr;
}

}  // namespace

Expected<std::shared_ptr<const Program>> Program::Link(std::shared_ptr<Engine> engine, ModulePtr module,
                                                       std::span<const HostImport> imports) {
  auto program = std::make_shared<WasmtimeProgram>(std::move(engine), std::move(module));
  if (auto linked = program->Link(imports); !linked) return linked.error();
  return std::shared_ptr<const Program>(std::move(program));
}

}  // namespace goru::wasm
