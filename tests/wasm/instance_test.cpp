#include "wasm/instance.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>

#include "common/native.hpp"
#include "common/wat.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

using test::Must;
using test::Wat;
using Kind = CallEnd::Kind;

/// What the imported function "h.f" does in a test.
struct State {
  std::function<After(CallContext&, Args)> function;
};

After Dispatch(CallContext& context, Args args) { return static_cast<State*>(context.state)->function(context, args); }

/// On both engines: what a layer above sees of a guest is the same.
class InstanceTest : public testing::TestWithParam<goru::Engine> {
 protected:
  Expected<std::shared_ptr<const Program>> Link(const std::vector<uint8_t>& wasm) {
    static constexpr HostImport kImport = {"h", "f", "i:i", Dispatch};
    if (GetParam() == goru::Engine::kNative) {
      // What the script refuses cannot be linked either.
      if (auto refused = Refusal(wasm); !refused.empty()) return Error{ErrorKind::kInvalidArgument, refused};
      return LinkNative(test::NativeOf(wasm), {&kImport, 1});
    }
    auto module = engine_->Compile(wasm);
    if (!module) return module.error();
    return Program::Link(engine_, std::move(*module), {&kImport, 1});
  }
  Expected<std::unique_ptr<Instance>> Make(std::string_view wat) {
    auto& program = programs_[wat];
    if (!program) {
      auto linked = Link(Wat(wat));
      if (!linked) return linked.error();
      program = std::move(*linked);
    }
    return Instance::Create(program, Must(MemorySlot::Create(nullptr)), &state_);
  }
  bool Refuses(const std::vector<uint8_t>& wasm) {
    if (GetParam() == goru::Engine::kWasmtime) return !engine_->Compile(wasm).ok();
    return !Refusal(wasm).empty();
  }
  static std::string Refusal(const std::vector<uint8_t>& wasm) {
    const test::TemporaryFolder folder;
    const std::string object = folder.path() + "/module.so";
    std::string refused = test::CompileAhead(wasm, folder, object);
    EXPECT_EQ(refused.empty(), std::filesystem::exists(object));
    return refused;
  }
  CallEnd Call(Instance& instance, const char* name, int32_t argument = 0, int32_t* result = nullptr) {
    wasm::Value value = {};
    value.i32 = argument;
    instance.gate().Begin();
    CallEnd end = instance.Call(Must(instance.Function(name)), {&value, 1});
    instance.gate().End();
    if (result != nullptr) *result = value.i32;
    return end;
  }

  const std::shared_ptr<Engine> engine_ = Must(Engine::Create());
  State state_;
  std::map<std::string_view, std::shared_ptr<const Program>> programs_;
};

INSTANTIATE_TEST_SUITE_P(Engines, InstanceTest, testing::Values(goru::Engine::kWasmtime, goru::Engine::kNative),
                         [](const auto& engine) {
                           return engine.param == goru::Engine::kNative ? "native" : "wasmtime";
                         });

constexpr std::string_view kModule = R"((module
  (import "h" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "g64") i64 (i64.const -5))
  (global (export "g32") i32 (i32.const -7))
  (func (export "add") (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func (export "call") (param i32) (result i32) local.get 0 call $f)
  (func (export "loop") (param i32) (result i32)
    (loop $l (i32.store (i32.const 8) (i32.load (i32.const 16))) (br $l)) unreachable)
  (func (export "call_loop") (param i32) (result i32) (loop $l (drop (call $f (i32.const 1))) (br $l)) unreachable)
  (func (export "grow_loop") (param i32) (result i32)
    (loop $l (drop (memory.grow (i32.const 0))) (drop (i32.load (i32.const 0))) (br $l)) unreachable)
  (func $deep (export "deep") (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))
  (func (export "outside") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "trap") (param i32) (result i32) unreachable)))";

TEST_P(InstanceTest, CallsAndReturns) {
  auto instance = Must(Make(kModule));
  int32_t result = 0;
  EXPECT_EQ(Call(*instance, "add", 41, &result).kind, Kind::kReturned);
  EXPECT_EQ(result, 42);
  EXPECT_EQ(Must(instance->GlobalInteger("g64")), -5);
  EXPECT_EQ(Must(instance->GlobalInteger("g32")), -7);
  EXPECT_FALSE(instance->Function("nonsense").ok());
  EXPECT_FALSE(instance->Function("memory").ok());
  EXPECT_FALSE(instance->GlobalInteger("add").ok());
}

TEST_P(InstanceTest, HostFunctionsAnswerOrUnwind) {
  auto instance = Must(Make(kModule));
  state_.function = [](CallContext&, Args args) {
    args.Return(args.I32(0) * 2);
    return After::kContinue;
  };
  int32_t result = 0;
  EXPECT_EQ(Call(*instance, "call", 21, &result).kind, Kind::kReturned);
  EXPECT_EQ(result, 42);
  state_.function = [](CallContext&, Args) { return After::kUnwind; };
  EXPECT_EQ(Call(*instance, "call").kind, Kind::kUnwound);
  state_.function = [](CallContext&, Args) -> After { throw std::runtime_error("no exception crosses the engine"); };
  const CallEnd failed = Call(*instance, "call");
  EXPECT_EQ(failed.kind, Kind::kHostFailed);
  EXPECT_EQ(failed.host_error.value_or(Error{}).message, "no exception crosses the engine");
  EXPECT_EQ(Call(*instance, "add").kind, Kind::kReturned);
}

TEST_P(InstanceTest, FaultsAreTraps) {
  auto instance = Must(Make(kModule));
  for (const char* name : {"trap", "deep"}) {
    const CallEnd end = Call(*instance, name);
    EXPECT_EQ(end.kind, Kind::kTrapped) << name;
    EXPECT_FALSE(end.message.empty());
  }
  for (const int32_t address : {65536, 65533, -4, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(Call(*instance, "outside", address).kind, Kind::kTrapped) << address;
  }
  EXPECT_EQ(Call(*instance, "outside", 65532).kind, Kind::kReturned);
}

TEST_P(InstanceTest, MemoryGrowsUpToTheLimit) {
  auto instance = Must(Make(kModule));
  instance->slot().set_limit(4 * kWasmPageSize);
  int32_t before = 0;
  EXPECT_EQ(Call(*instance, "grow", 3, &before).kind, Kind::kReturned);
  EXPECT_EQ(before, 1);
  EXPECT_EQ(Call(*instance, "outside", 4 * 65536 - 4).kind, Kind::kReturned);
  EXPECT_EQ(Call(*instance, "grow", 1, &before).kind, Kind::kReturned);
  EXPECT_EQ(before, -1);
  EXPECT_TRUE(instance->slot().limit_hit());
  EXPECT_EQ(Call(*instance, "outside", 4 * 65536).kind, Kind::kTrapped);
}

TEST_P(InstanceTest, StopEndsLoopsOfEveryKind) {
  for (const char* name : {"loop", "call_loop", "grow_loop"}) {
    for (int round = 0; round < 50; ++round) {
      auto instance = Must(Make(kModule));
      std::atomic<bool> running{false};
      state_.function = [](CallContext& context, Args args) {
        // Host code touches the guest's memory: it must be there.
        (void)context.memory.Store(0, uint32_t{1});
        args.Return(1);
        return After::kContinue;
      };
      std::jthread stopper([&] {
        running.wait(false);
        for (int spin = 0; spin < round; ++spin) std::this_thread::yield();
        instance->gate().Stop(StopReason::kCancelled);
      });
      wasm::Value value = {};
      instance->gate().Begin();
      running = true;
      running.notify_one();
      const CallEnd end = instance->Call(Must(instance->Function(name)), {&value, 1});
      stopper.join();
      instance->gate().End();
      EXPECT_EQ(end.kind, Kind::kStopped) << name << " " << end.message;
      auto slot = Instance::Release(std::move(instance));
      EXPECT_TRUE(slot->Reset());
    }
  }
}

TEST_P(InstanceTest, NestedCallsAndGrowthFromHostFunctions) {
  auto instance = Must(Make(kModule));
  state_.function = [](CallContext& context, Args args) {
    wasm::Value value = {};
    value.i32 = args.I32(0);
    if (!context.instance.CallNested(Must(context.instance.Function("add")), {&value, 1})) return After::kUnwind;
    if (!context.instance.GrowMemory(1)) return After::kUnwind;
    EXPECT_EQ(context.instance.memory().Bytes(65536, 65536).has_value(), true);
    wasm::Value none = {};
    EXPECT_FALSE(context.instance.CallNested(Must(context.instance.Function("trap")), {&none, 1}));
    args.Return(value.i32);
    return After::kContinue;
  };
  int32_t result = 0;
  EXPECT_EQ(Call(*instance, "call", 1, &result).kind, Kind::kReturned);
  EXPECT_EQ(result, 2);
}

TEST_P(InstanceTest, RefusesWhatTheStopCannotReach) {
  for (const char* wat : {
           "(module (memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0))))",
           "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
           "(module (memory 1) (data $d \"x\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))))",
           "(module (memory 1 1 shared))",
           "(module (memory i64 1))",
           "(module (memory 1) (memory 1))",
       }) {
    EXPECT_TRUE(Refuses(Wat(wat))) << wat;
  }
  EXPECT_TRUE(Refuses({}));
}

TEST_P(InstanceTest, ImportsThatNobodyServes) {
  EXPECT_FALSE(Make("(module (import \"env\" \"x\" (func)) (memory (export \"memory\") 1))").ok());
  EXPECT_FALSE(Make("(module (import \"wasi_snapshot_preview1\" \"x\" (global i32)))").ok());
  EXPECT_FALSE(
      Make("(module (import \"wasi_snapshot_preview1\" \"odd\" (func (result f64))) (memory (export \"memory\") 1))")
          .ok());
  auto instance =
      Must(Make("(module (import \"wasi_snapshot_preview1\" \"sock_shutdown\" (func $s (param i32 i32) (result i32)))"
                "(memory (export \"memory\") 1)"
                "(func (export \"f\") (param i32) (result i32) (call $s (i32.const 1) (i32.const 2))))"));
  int32_t result = 0;
  EXPECT_EQ(Call(*instance, "f", 0, &result).kind, Kind::kReturned);
  EXPECT_EQ(result, 52);
}

TEST_P(InstanceTest, FramesOfATrapWhereAskedFor) {
  auto instance = Must(Make(kModule));
  EXPECT_TRUE(Call(*instance, "trap").frames.empty());
  // Only the image builder asks, and it runs guests that nobody has compiled ahead.
  if (GetParam() == goru::Engine::kNative) return;
  instance->CaptureFrames(true);
  EXPECT_EQ(Call(*instance, "trap").frames.size(), 1U);
}

TEST(GuestMemory, ChecksEveryBound) {
  std::vector<uint8_t> bytes(16);
  const GuestMemory memory(bytes.data(), bytes.size());
  EXPECT_TRUE(memory.Bytes(0, 16).has_value());
  EXPECT_TRUE(memory.Bytes(16, 0).has_value());
  EXPECT_FALSE(memory.Bytes(17, 0).has_value());
  EXPECT_FALSE(memory.Bytes(1, 16).has_value());
  EXPECT_FALSE(memory.Bytes(UINT64_MAX, 2).has_value());
  EXPECT_FALSE(memory.Bytes(2, UINT64_MAX).has_value());
  uint64_t value = 0x0102030405060708;
  EXPECT_TRUE(memory.Store(8, value));
  EXPECT_EQ(bytes[8], 8);
  EXPECT_FALSE(memory.Store(9, value));
  EXPECT_TRUE(memory.Load(8, value));
  EXPECT_FALSE(memory.Load(UINT32_MAX, value));
}

}  // namespace
}  // namespace goru::wasm
