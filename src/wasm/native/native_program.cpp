#include "wasm/native/native_program.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wasm/guest_stack.hpp"
#include "wasm/native/guest/guest_abi.h"
#include "wasm/native/native_traps.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

static_assert(sizeof(Value) == sizeof(goru_value));
static_assert(GORU_MEMORY_DISTANCE == MemorySlot::kFront);
static_assert(GORU_LARGEST_OFFSET + sizeof(Value) <= MemorySlot::kGuard);
static_assert(sizeof(goru_front) <= GORU_FRONT_HEADER);

goru_value* Raw(std::span<Value> values) { return reinterpret_cast<goru_value*>(values.data()); }

goru_function Callee(const ExportedFunction& function) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): NativeInstance::Function put it there
  return reinterpret_cast<goru_function>(function.words[0]);
}

class NativeProgram final : public Program {
 public:
  explicit NativeProgram(std::shared_ptr<const NativeCode> code) : code_(std::move(code)) {}

  Expected<void> Link(std::span<const HostImport> imports);
  Expected<std::unique_ptr<Instance>> Instantiate(std::shared_ptr<const Program> self, std::unique_ptr<MemorySlot> slot,
                                                  void* state) const override;

  const goru_guest& guest() const noexcept { return code_->guest(); }
  const HostImport& import(uint32_t index) const noexcept { return imports_[index]; }

 private:
  std::shared_ptr<const NativeCode> code_;
  /// In the order of the guest's own.
  std::vector<HostImport> imports_;
};

class NativeInstance final : public Instance {
 public:
  NativeInstance(const NativeProgram& program, std::shared_ptr<const Program> self, std::unique_ptr<MemorySlot> slot,
                 void* state)
      : Instance(std::move(self), std::move(slot), state), native_(program) {}
  ~NativeInstance() override { NativeInstance::End(); }
  NativeInstance(const NativeInstance&) = delete;
  NativeInstance& operator=(const NativeInstance&) = delete;

  Expected<void> Instantiate();

  Expected<ExportedFunction> Function(std::string_view name) const override;
  Expected<int64_t> GlobalInteger(std::string_view name) const override;
  bool SetGlobalInteger(std::string_view name, int32_t value) noexcept override;
  /// The table is constant.
  void ResolveTableEntries(std::span<const uint32_t> /*entries*/) noexcept override {}
  CallEnd Call(const ExportedFunction& function, std::span<Value> values) override;
  bool CallNested(const ExportedFunction& function, std::span<Value> values) override;
  bool GrowMemory(uint32_t more) override;

 protected:
  void End() noexcept override {}

 private:
  static int32_t CallFromGuest(void* self, uint32_t import, goru_value* values) noexcept;
  static uint32_t GrowFromGuest(void* self, uint32_t pages) noexcept;
  static void Kick(void* self) noexcept;

  goru_front& front() const noexcept { return *reinterpret_cast<goru_front*>(front_); }
  void* instance() const noexcept { return front_ + GORU_FRONT_HEADER; }
  /// The size as the guest sees it.
  uint64_t& pages() const noexcept {
    return *reinterpret_cast<uint64_t*>(front_ + GORU_FRONT_HEADER + native_.guest().pages_offset);
  }
  const goru_global* FindGlobal(std::string_view name) const noexcept;
  GuestExit Enter(goru_function function, std::span<Value> values) noexcept;
  /// The pages before, or -1: not more than the module and the slot allow.
  uint32_t Grow(uint32_t more) noexcept;

  const NativeProgram& native_;
  uint8_t* front_ = nullptr;
  /// Which thread a stopper finds guest code on; 0: none yet.
  std::atomic<pid_t> thread_{0};
};

Expected<void> NativeProgram::Link(std::span<const HostImport> imports) {
  std::vector<HostImport> wanted;
  for (const goru_import& import : std::span(guest().imports, guest().import_count)) {
    wanted.push_back({import.module, import.name, import.signature, nullptr});
  }
  std::vector<std::unique_ptr<std::string>> names;
  auto all = CompleteImports(wanted, imports, names);
  if (!all) return all.error();
  for (const HostImport& import : wanted) {
    for (const HostImport& offer : *all) {
      if (offer.module != import.module || offer.name != import.name) continue;
      if (offer.signature != import.signature) {
        return Error{ErrorKind::kInvalidArgument, "the guest imports " + std::string(import.module) + "." +
                                                      std::string(import.name) + " with another type than it has"};
      }
      imports_.push_back({import.module, import.name, import.signature, offer.function});
      break;
    }
  }
  return InstallTrapHandlers();
}

Expected<std::unique_ptr<Instance>> NativeProgram::Instantiate(std::shared_ptr<const Program> self,
                                                               std::unique_ptr<MemorySlot> slot, void* state) const {
  auto instance = std::make_unique<NativeInstance>(*this, std::move(self), std::move(slot), state);
  if (auto made = instance->Instantiate(); !made) return made.error();
  return std::unique_ptr<Instance>(std::move(instance));
}

Expected<void> NativeInstance::Instantiate() {
  const goru_guest& guest = native_.guest();
  const size_t size = GORU_FRONT_HEADER + guest.instance_size;
  front_ = slot_->OpenFront(size);
  const size_t first = size_t{guest.first_pages} * kWasmPageSize;
  if (front_ == nullptr || (slot_->size() < first && !slot_->Grow(first))) {
    return Error{ErrorKind::kUnavailable, "cannot start a sandbox: no memory, or the memory limit is too low"};
  }
  std::memset(front_, 0, size);
  front() = {.host = this, .call = CallFromGuest, .grow = GrowFromGuest, .stack_limit = 0};
  // Writes what the module says into globals and memory; no function of the guest's runs.
  const GuestCall call = {guest.code_begin, guest.code_end, slot_.get(), nullptr, 0, 0};
  if (EnterGuest(call, guest.instantiate, instance(), nullptr) != GuestExit::kReturned) {
    return Error{ErrorKind::kInvalidArgument, "the data of the guest's module does not fit into its memory"};
  }
  // A memory image may be larger than the module's own beginning.
  pages() = slot_->size() / kWasmPageSize;
  slot_->set_gate(&gate_);
  gate_.set_kick(Kick, this);
  return {};
}

Expected<ExportedFunction> NativeInstance::Function(std::string_view name) const {
  for (const goru_export& item : std::span(native_.guest().exports, native_.guest().export_count)) {
    if (item.name == name) return ExportedFunction{{reinterpret_cast<uint64_t>(item.function), 0}};
  }
  return Error{ErrorKind::kInvalidArgument, "the guest does not export the function " + std::string(name)};
}

const goru_global* NativeInstance::FindGlobal(std::string_view name) const noexcept {
  for (const goru_global& item : std::span(native_.guest().globals, native_.guest().global_count)) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

Expected<int64_t> NativeInstance::GlobalInteger(std::string_view name) const {
  const goru_global* global = FindGlobal(name);
  if (global == nullptr) {
    return Error{ErrorKind::kInvalidArgument, "the guest does not export the global " + std::string(name)};
  }
  const uint8_t* at = front_ + GORU_FRONT_HEADER + global->offset;
  if (global->type == 'I') return *reinterpret_cast<const int64_t*>(at);
  return int64_t{*reinterpret_cast<const int32_t*>(at)};
}

bool NativeInstance::SetGlobalInteger(std::string_view name, int32_t value) noexcept {
  const goru_global* global = FindGlobal(name);
  if (global == nullptr || global->type != 'i') return false;
  *reinterpret_cast<int32_t*>(front_ + GORU_FRONT_HEADER + global->offset) = value;
  return true;
}

GuestExit NativeInstance::Enter(goru_function function, std::span<Value> values) noexcept {
  const goru_guest& guest = native_.guest();
  const GuestStackBounds stack = CurrentGuestStack();
  const GuestCall call = {guest.code_begin, guest.code_end, slot_.get(), &gate_, stack.guard_begin, stack.guard_end};
  const uintptr_t limit = std::exchange(front().stack_limit, stack.limit);
  // A function without parameters may have a result all the same, and writes it here.
  Value nothing = {};
  const GuestExit exit = EnterGuest(call, function, instance(), values.empty() ? Raw({&nothing, 1}) : Raw(values));
  front().stack_limit = limit;
  return exit;
}

CallEnd NativeInstance::Call(const ExportedFunction& function, std::span<Value> values) {
  CallEnd end;
  thread_.store(static_cast<pid_t>(::syscall(SYS_gettid)));
  if (!gate_.EnterWasm()) {
    end.kind = CallEnd::Kind::kStopped;
    return end;
  }
  GuestExit exit = GuestExit::kReturned;
  const bool called = OnGuestStack([&] { exit = Enter(Callee(function), values); });
  gate_.Settle();
  if (!called) {
    end.kind = CallEnd::Kind::kTrapped;
    end.message = kNoStack;
  } else if (exit == GuestExit::kReturned) {
    // A stop that came after the last instruction of the guest still took its memory away.
    if (gate_.stopped()) end.kind = CallEnd::Kind::kStopped;
  } else {
    end.message = Describe(exit);
    SayWhyLeft(exit == GuestExit::kLeft, end);
  }
  return end;
}

bool NativeInstance::CallNested(const ExportedFunction& function, std::span<Value> values) {
  if (!gate_.EnterWasm()) return false;
  const GuestExit exit = Enter(Callee(function), values);
  return gate_.EnterHost() && exit == GuestExit::kReturned;
}

uint32_t NativeInstance::Grow(uint32_t more) noexcept {
  const uint64_t now = pages();
  if (more > native_.guest().most_pages || now + more > native_.guest().most_pages) return UINT32_MAX;
  if (more > 0 && !slot_->Grow((now + more) * kWasmPageSize)) return UINT32_MAX;
  pages() = now + more;
  return static_cast<uint32_t>(now);
}

bool NativeInstance::GrowMemory(uint32_t more) { return Grow(more) != UINT32_MAX; }

int32_t NativeInstance::CallFromGuest(void* self, uint32_t import, goru_value* values) noexcept {
  auto& instance = *static_cast<NativeInstance*>(self);
  return instance.CallHost(instance.native_.import(import), reinterpret_cast<Value*>(values)) ? 0 : 1;
}

uint32_t NativeInstance::GrowFromGuest(void* self, uint32_t pages) noexcept {
  auto& instance = *static_cast<NativeInstance*>(self);
  // The guest calls the host: the stopper must keep its hands off meanwhile.
  if (!instance.gate_.EnterHost()) return UINT32_MAX;
  const uint32_t before = instance.Grow(pages);
  instance.gate_.LeaveHostOrRevoke();
  return before;
}

void NativeInstance::Kick(void* self) noexcept { KickGuest(static_cast<NativeInstance*>(self)->thread_.load()); }

}  // namespace

Expected<std::shared_ptr<const Program>> LinkNative(std::shared_ptr<const NativeCode> code,
                                                    std::span<const HostImport> imports) {
  auto program = std::make_shared<NativeProgram>(std::move(code));
  if (auto linked = program->Link(imports); !linked) return linked.error();
  return std::shared_ptr<const Program>(std::move(program));
}

}  // namespace goru::wasm
