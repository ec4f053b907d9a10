// The engine `native` where it differs from the other: how guests leave, what is refused, and what it leaves to others.
// tests/wasm/instance_test.cpp and guard_test.cpp run on both.
#include "common/native.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/wat.hpp"
#include "support/private_directory.hpp"
#include "wasm/guest_stack.hpp"
#include "wasm/instance.hpp"
#include "wasm/native/native_code.hpp"
#include "wasm/native/native_program.hpp"
#include "wasm/native/native_traps.hpp"
#include "wasm/trap_signals.hpp"

namespace goru::wasm {
namespace {

using test::Must;
using test::Wat;
using Kind = CallEnd::Kind;

struct State {
  std::function<After(CallContext&, Args)> function;
};

After Dispatch(CallContext& context, Args args) { return static_cast<State*>(context.state)->function(context, args); }

constexpr std::string_view kModule = R"((module
  (import "h" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "data")
  (global $g (mut i32) (i32.const 7))
  (global $wide (mut i64) (i64.const -9))
  (export "g" (global $g)) (export "wide" (global $wide))
  (type $one (func (param i32) (result i32)))
  (type $none (func))
  (table 5 5 funcref)
  (elem (i32.const 1) $add $nothing $deep_indirect)
  (func $add (export "add") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $nothing)
  (func (export "set") (param i32) (result i32)
    (global.set $g (local.get 0)) (global.set $wide (i64.extend_i32_s (local.get 0))) (global.get $g))
  (func (export "data") (param i32) (result i32) (i32.load8_u offset=100 (local.get 0)))
  (func (export "write") (param i32) (result i32) (i32.store (local.get 0) (i32.const -1)) (i32.const 0))
  (func (export "indirect") (param i32) (result i32) (call_indirect (type $one) (i32.const 41) (local.get 0)))
  (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func (export "divide_least") (param i32) (result i32) (i32.div_s (i32.const 0x80000000) (local.get 0)))
  (func (export "remainder") (param i32) (result i32) (i32.rem_u (i32.const 1) (local.get 0)))
  (func (export "remainder_least") (param i32) (result i32) (i32.rem_s (i32.const 0x80000000) (local.get 0)))
  (func (export "convert") (param i32) (result i32) (i32.trunc_f64_s (f64.div (f64.const 0) (f64.convert_i32_s (local.get 0)))))
  (func (export "convert_large") (param i32) (result i32) (i32.trunc_f64_s (f64.mul (f64.const 1e10) (f64.convert_i32_s (local.get 0)))))
  (func (export "shift") (param i32) (result i32) (i32.shl (i32.const 1) (local.get 0)))
  (func (export "wrap") (param i32) (result i32) (i32.add (i32.const 0x7fffffff) (local.get 0)))
  (func (export "unreachable") (param i32) (result i32) unreachable)
  (func (export "pages") (param i32) (result i32) (memory.size))
  (func (export "call") (param i32) (result i32) (call $f (local.get 0)))
  (func $deep (export "deep") (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))
  (func $deep_indirect (export "deep_indirect") (param i32) (result i32)
    (i32.add (call_indirect (type $one) (local.get 0) (i32.const 3)) (i32.const 1)))
  (func $deep_host (export "deep_host") (param i32) (result i32)
    (drop (call $f (i32.const 0))) (i32.add (call $deep_host (local.get 0)) (i32.const 1)))
  (func $deep_tail (export "deep_tail") (param i32) (result i32) (call $deep_tail (i32.add (local.get 0) (i32.const 1))))
  (func (export "empty_loop") (param i32) (result i32) (loop $l (br $l)) unreachable)
  (func (export "count_loop") (param i32) (result i32)
    (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l)) unreachable)
  (func (export "global_loop") (param i32) (result i32)
    (loop $l (global.set $g (i32.add (global.get $g) (i32.const 3))) (br $l)) unreachable)
  (func (export "read_loop") (param i32) (result i32) (loop $l (br_if $l (i32.eqz (i32.load (i32.const 64))))) (i32.const 1))
  (func (export "dead_read_loop") (param i32) (result i32) (loop $l (drop (i32.load (i32.const 64))) (br $l)) unreachable)
  (func (export "write_loop") (param i32) (result i32) (loop $l (i32.store (i32.const 64) (i32.const 0)) (br $l)) unreachable)
  (func (export "call_loop") (param i32) (result i32) (loop $l (drop (call $add (i32.const 1))) (br $l)) unreachable)
  (func (export "indirect_loop") (param i32) (result i32)
    (loop $l (drop (call_indirect (type $one) (i32.const 1) (i32.const 1))) (br $l)) unreachable)
  (func (export "divide_loop") (param i32) (result i32)
    (loop $l (local.set 0 (i32.or (i32.div_u (i32.const 77) (local.get 0)) (i32.const 1))) (br $l)) unreachable)
  (func (export "float_loop") (param i32) (result i32) (local $x f64)
    (loop $l (local.set $x (f64.sqrt (f64.add (local.get $x) (f64.const 1)))) (br_if $l (f64.ge (local.get $x) (f64.const 0))))
    (i32.const 0))
  (func (export "vector_loop") (param i32) (result i32) (local $v v128)
    (loop $l (local.set $v (i32x4.add (local.get $v) (v128.const i32x4 1 2 3 4))) (br $l)) unreachable)
  (func (export "host_loop") (param i32) (result i32) (loop $l (drop (call $f (i32.const 1))) (br $l)) unreachable)
  (func (export "grow_loop") (param i32) (result i32) (loop $l (drop (memory.grow (i32.const 0))) (br $l)) unreachable)
))";

CallEnd CallOnce(Instance& instance, const char* name, int32_t argument = 0, int32_t* result = nullptr) {
  Value value = {};
  value.i32 = argument;
  instance.gate().Begin();
  CallEnd end = instance.Call(Must(instance.Function(name)), {&value, 1});
  instance.gate().End();
  if (result != nullptr) *result = value.i32;
  return end;
}

class NativeTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static constexpr HostImport kImport = {"h", "f", "i:i", Dispatch};
    program = Must(LinkNative(test::NativeOf(Wat(kModule)), {&kImport, 1}));
  }
  std::unique_ptr<Instance> Make(std::unique_ptr<MemorySlot> slot = Must(MemorySlot::Create(nullptr))) {
    return Must(Instance::Create(program, std::move(slot), &state_));
  }
  int32_t Value32(Instance& instance, const char* name, int32_t argument) {
    int32_t result = 0;
    const CallEnd end = CallOnce(instance, name, argument, &result);
    EXPECT_EQ(end.kind, Kind::kReturned) << name << ": " << end.message;
    return result;
  }

  static std::shared_ptr<const Program> program;
  State state_;
};

std::shared_ptr<const Program> NativeTest::program;

TEST_F(NativeTest, ComputesAsTheSpecificationSays) {
  const auto instance = Make();
  EXPECT_EQ(Value32(*instance, "shift", 33), 2);
  EXPECT_EQ(Value32(*instance, "wrap", 1), INT32_MIN);
  EXPECT_EQ(Value32(*instance, "remainder_least", -1), 0);
  EXPECT_EQ(Value32(*instance, "data", 3), 'a');
  EXPECT_EQ(Value32(*instance, "pages", 0), 1);
  EXPECT_EQ(Value32(*instance, "indirect", 1), 42);
  EXPECT_EQ(Value32(*instance, "set", 5), 5);
  EXPECT_EQ(Must(instance->GlobalInteger("g")), 5);
  EXPECT_EQ(Must(instance->GlobalInteger("wide")), 5);
  EXPECT_TRUE(instance->SetGlobalInteger("g", 9));
  EXPECT_EQ(Must(instance->GlobalInteger("g")), 9);
  EXPECT_FALSE(instance->SetGlobalInteger("wide", 9));
  EXPECT_FALSE(instance->SetGlobalInteger("memory", 9));
}

TEST_F(NativeTest, SaysWhatAGuestDidWrong) {
  const auto instance = Make();
  struct Fault {
    const char* function;
    int32_t argument;
    const char* message;
  };
  for (const Fault& fault : {
           Fault{"write", 65536, "out of bounds memory access"},
           Fault{"write", -4, "out of bounds memory access"},
           Fault{"write", INT32_MIN, "out of bounds memory access"},
           Fault{"unreachable", 0, "`unreachable` instruction executed"},
           Fault{"divide", 0, "integer divide by zero"},
           Fault{"remainder", 0, "integer divide by zero"},
           Fault{"divide_least", -1, "integer overflow"},
           Fault{"convert", 0, "invalid conversion to integer"},
           Fault{"convert_large", 1, "integer overflow"},
           Fault{"indirect", 0, "indirect call"},
           Fault{"indirect", 2, "indirect call"},
           Fault{"indirect", 4, "indirect call"},
           Fault{"indirect", 5, "indirect call"},
           Fault{"indirect", 6, "indirect call"},
           Fault{"indirect", -1, "indirect call"},
           Fault{"indirect", INT32_MIN, "indirect call"},
           Fault{"deep", 0, "call stack exhausted"},
           Fault{"deep_indirect", 0, "call stack exhausted"},
           Fault{"deep_tail", 0, "call stack exhausted"},
       }) {
    const CallEnd end = CallOnce(*instance, fault.function, fault.argument);
    EXPECT_EQ(end.kind, Kind::kTrapped) << fault.function;
    EXPECT_NE(end.message.find(fault.message), std::string::npos) << fault.function << ": " << end.message;
    // The instance is there as before.
    EXPECT_EQ(Value32(*instance, "add", 1), 2);
  }
}

TEST_F(NativeTest, TheHostHasRoomHoweverDeepTheGuestIs) {
  const auto instance = Make();
  uintptr_t lowest = UINTPTR_MAX;
  state_.function = [&lowest](CallContext&, Args args) {
    // As much as a host function is promised.
    std::array<volatile char, kHostStack / 2> room;
    for (size_t i = 0; i < room.size(); i += 4096) room[i] = 1;
    lowest = std::min(lowest, reinterpret_cast<uintptr_t>(room.data()));
    args.Return(0);
    return After::kContinue;
  };
  const CallEnd end = CallOnce(*instance, "deep_host");
  EXPECT_EQ(end.kind, Kind::kTrapped);
  EXPECT_NE(end.message.find("call stack exhausted"), std::string::npos) << end.message;
  EXPECT_NE(lowest, UINTPTR_MAX);
}

TEST_F(NativeTest, TrapsInNestedCallsEndWhatCalledThem) {
  const auto instance = Make();
  for (const char* name : {"unreachable", "deep", "write"}) {
    state_.function = [name](CallContext& context, Args) {
      Value value = I32(65536);
      EXPECT_FALSE(context.instance.CallNested(Must(context.instance.Function(name)), {&value, 1}));
      return After::kUnwind;
    };
    EXPECT_EQ(CallOnce(*instance, "call").kind, Kind::kUnwound) << name;
  }
  // Another guest in between: each leaves its own frames alone.
  const auto other = Make();
  state_.function = [&](CallContext&, Args args) {
    if (args.I32(0) == 0) {
      EXPECT_EQ(CallOnce(*other, "unreachable").kind, Kind::kTrapped);
      EXPECT_EQ(CallOnce(*other, "deep").kind, Kind::kTrapped);
    }
    args.Return(1);
    return After::kContinue;
  };
  EXPECT_EQ(Value32(*instance, "call", 0), 1);
  EXPECT_EQ(Value32(*instance, "add", 1), 2);
}

TEST_F(NativeTest, AStopEndsEveryKindOfLoop) {
  const std::array<const char*, 14> loops = {
      "empty_loop",    "count_loop",  "global_loop", "read_loop",   "dead_read_loop", "write_loop", "call_loop",
      "indirect_loop", "divide_loop", "float_loop",  "vector_loop", "host_loop",      "grow_loop",  "deep_tail"};
  state_.function = [](CallContext& context, Args args) {
    EXPECT_TRUE(context.memory.Store(0, uint32_t{1}));
    args.Return(1);
    return After::kContinue;
  };
  auto slot = Must(MemorySlot::Create(nullptr));
  for (int round = 0; round < 210; ++round) {
    const char* name = loops[static_cast<size_t>(round) % loops.size()];
    // This one ends by itself; a stop may come before, or too late.
    const bool ends = std::string_view(name) == "deep_tail";
    auto instance = Make(std::move(slot));
    instance->gate().Begin();
    std::atomic<bool> running{false};
    std::jthread stopper([&] {
      running.wait(false);
      for (int spin = 0; spin < round % 40; ++spin) std::this_thread::yield();
      EXPECT_TRUE(instance->gate().Stop(StopReason::kCancelled));
    });
    Value value = I32(1);
    running = true;
    running.notify_one();
    const CallEnd end = instance->Call(Must(instance->Function(name)), {&value, 1});
    stopper.join();
    instance->gate().End();
    if (!ends) {
      EXPECT_EQ(end.kind, Kind::kStopped) << name << " " << end.message;
    }
    slot = Instance::Release(std::move(instance));
    ASSERT_TRUE(slot->Reset());
    auto again = Make(std::move(slot));
    EXPECT_EQ(Value32(*again, "add", 1), 2);
    EXPECT_EQ(Must(again->GlobalInteger("g")), 7);
    slot = Instance::Release(std::move(again));
    ASSERT_TRUE(slot->Reset());
  }
}

TEST_F(NativeTest, StopsComeFromManyThreadsAtOnce) {
  const auto storm = [this] {
    for (int round = 0; round < 60; ++round) {
      const auto instance = Must(Instance::Create(program, Must(MemorySlot::Create(nullptr)), nullptr));
      instance->gate().Begin();
      std::array<std::jthread, 3> stoppers;
      for (auto& stopper : stoppers) {
        stopper = std::jthread([&] { EXPECT_TRUE(instance->gate().Stop(StopReason::kTimeout)); });
      }
      Value value = I32(1);
      const CallEnd end =
          instance->Call(Must(instance->Function(round % 2 == 0 ? "empty_loop" : "write_loop")), {&value, 1});
      for (auto& stopper : stoppers) stopper.join();
      instance->gate().End();
      EXPECT_EQ(end.kind, Kind::kStopped) << end.message;
    }
  };
  std::array<std::jthread, 4> threads;
  for (auto& thread : threads) thread = std::jthread(storm);
}

TEST_F(NativeTest, RunsOnThreadsThatBlockAllSignalsAndHaveNoStackForThem) {
  std::thread([this] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    const TrapSignals signals;
    const auto instance = Make();
    EXPECT_EQ(CallOnce(*instance, "deep").kind, Kind::kTrapped);
    EXPECT_EQ(CallOnce(*instance, "write", 65536).kind, Kind::kTrapped);
  }).join();
}

// --- What is not ours ---

std::atomic<int> seen{0};
sigjmp_buf back;
// NOLINTNEXTLINE(cert-sig30-c): what an embedder may do
void Embedder(int /*signal*/) {
  ++seen;
  siglongjmp(back, 1);
}

/// No null pointer, of which UndefinedBehaviorSanitizer makes something of its own, but nothing is there either.
volatile uint8_t* Nothing() {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address that nobody has
  return reinterpret_cast<volatile uint8_t*>(uintptr_t{64});
}

void FaultAt(volatile uint8_t* place) {
  if (sigsetjmp(back, 1) == 0) *place = 1;
}

/// In a child, where the handlers are not installed yet: 7 where all went as it should.
[[noreturn]] void FaultInAHostFunction() {
  std::signal(SIGSEGV, Embedder);
  std::signal(SIGILL, Embedder);
  static constexpr HostImport kImport = {"h", "f", "i:i", Dispatch};
  const auto linked = Must(LinkNative(test::NativeOf(Wat(kModule)), {&kImport, 1}));
  State state;
  const auto instance = Must(Instance::Create(linked, Must(MemorySlot::Create(nullptr)), &state));
  state.function = [](CallContext& context, Args args) {
    // A bug of a host function, in the slot itself and elsewhere, while a guest is in a call.
    FaultAt(context.instance.slot().base() + (size_t{1} << 31));
    FaultAt(Nothing());
    if (sigsetjmp(back, 1) == 0) __builtin_trap();
    args.Return(seen);
    return After::kContinue;
  };
  int32_t result = 0;
  const bool returned = CallOnce(*instance, "call", 0, &result).kind == Kind::kReturned;
  // And the guest's own still are the guest's.
  const bool trapped = CallOnce(*instance, "write", 65536).kind == Kind::kTrapped;
  std::_Exit(returned && result == 3 && trapped && seen == 3 ? 7 : 1);
}

[[noreturn]] void FaultThatNobodyHandles() {
  static constexpr HostImport kImport = {"h", "f", "i:i", Dispatch};
  const auto linked = Must(LinkNative(test::NativeOf(Wat(kModule)), {&kImport, 1}));
  State state;
  state.function = [](CallContext&, Args) {
    *Nothing() = 1;
    return After::kContinue;
  };
  const auto instance = Must(Instance::Create(linked, Must(MemorySlot::Create(nullptr)), &state));
  (void)CallOnce(*instance, "call");
  std::_Exit(1);
}

TEST(NativeTraps, FaultsOfTheHostGoToWhoeverHandledThemBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(FaultInAHostFunction(), testing::ExitedWithCode(7), "");
}

TEST(NativeTraps, FaultsThatNobodyHandlesEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(FaultThatNobodyHandles(), testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(NativeTest, SignalsThatWereSentByOthersAreTheirs) {
  EXPECT_EXIT(std::raise(SIGSEGV), testing::KilledBySignal(SIGSEGV), "");
  // This one is ignored by default.
  std::raise(KickSignal());
}

// --- Shared objects ---

TEST(NativeCode, IsFoundByItsModuleAndCheckedByItsContent) {
  const test::TemporaryFolder folder;
  const auto module = Wat("(module (memory (export \"memory\") 1) (func (export \"f\")))");
  const std::string hash = support::HashOf(module).Hex();
  const std::string path = folder.path() + "/a.so";
  EXPECT_EQ(Must(NativeCode::Find(folder.path(), hash)), nullptr);
  EXPECT_EQ(Must(NativeCode::Find(folder.path() + "/none", hash)), nullptr);
  ASSERT_EQ(test::CompileAhead(module, folder, path), "");
  EXPECT_NE(Must(NativeCode::Find(folder.path(), hash)), nullptr);
  EXPECT_EQ(Must(NativeCode::Find(folder.path(), std::string(32, '0'))), nullptr);
  const auto notes = Must(support::PrivateDirectory::Open(folder.path() + "/notes"));
  EXPECT_NE(Must(NativeCode::Find(folder.path(), hash, &notes)), nullptr);
  // Without reading all of it, this time.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(notes.path()), {}), 1);
  EXPECT_NE(Must(NativeCode::Find(folder.path(), hash, &notes)), nullptr);

  // Others may write to it.
  std::filesystem::permissions(path, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  auto found = NativeCode::Find(folder.path(), hash);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("may be written to by others"), std::string::npos) << found.error().message;
  std::filesystem::permissions(path, std::filesystem::perms::others_write, std::filesystem::perm_options::remove);

  // One byte of its code.
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size / 2));
  file.put('\x5a');
  file.close();
  for (const support::PrivateDirectory* checked : {static_cast<const support::PrivateDirectory*>(nullptr), &notes}) {
    found = NativeCode::Find(folder.path(), hash, checked);
    ASSERT_FALSE(found.ok());
    EXPECT_NE(found.error().message.find("is damaged"), std::string::npos) << found.error().message;
  }

  // Without its seal it is not looked at.
  std::filesystem::resize_file(path, size - 1);
  EXPECT_EQ(Must(NativeCode::Find(folder.path(), hash)), nullptr);
}

TEST(NativeCode, IsTheSameEachTime) {
  const test::TemporaryFolder folder;
  const auto module = Wat(kModule);
  ASSERT_EQ(test::CompileAhead(module, folder, folder.path() + "/a.so"), "");
  ASSERT_EQ(test::CompileAhead(module, folder, folder.path() + "/b.so"), "");
  const auto read = [&](const char* name) {
    std::ifstream file(folder.path() + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(read("/a.so"), read("/b.so"));
}

TEST(NativeCode, WhatIsNotKnownIsRefused) {
  const test::TemporaryFolder folder;
  for (const char* wat : {
           "(module (memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0))))",
           "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
           "(module (memory 1) (memory 1))",
           "(module (func (export \"f\")))",
           "(module (memory (export \"memory\") 0))",
           "(module (import \"h\" \"m\" (memory 1)))",
           "(module (import \"h\" \"g\" (global i32)) (memory (export \"memory\") 1))",
           "(module (memory (export \"memory\") 1) (func $s) (start $s))",
           "(module (memory (export \"memory\") 1) (table 1 funcref) (table 1 funcref))",
           "(module (memory (export \"memory\") 1) (table 1 funcref) (func (param i32) (table.set 0 (local.get 0) "
           "(ref.null func))))",
           "(module (memory (export \"memory\") 1) (func (export \"f\") (param v128)))",
           "(module (import \"h\" \"f\" (func $f)) (memory (export \"memory\") 1) (table 1 funcref) (elem (i32.const "
           "0) $f))",
       }) {
    EXPECT_NE(test::CompileAhead(Wat(wat), folder, folder.path() + "/refused.so"), "") << wat;
  }
}

}  // namespace
}  // namespace goru::wasm
