// Modules written by hand to break out of the engine `native`: every vector access at memory's end and beyond, an
// interpreter's switch with any index, recursion through every kind of call, traps at any depth of callbacks, and a
// stop in loops of every class of instructions.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/native.hpp"
#include "common/wat.hpp"
#include "wasm/instance.hpp"
#include "wasm/native/native_program.hpp"

namespace goru::wasm {
namespace {

using test::Must;
using test::Wat;
using Kind = CallEnd::Kind;

struct State {
  std::function<After(CallContext&, Args)> function;
};

After Dispatch(CallContext& context, Args args) { return static_cast<State*>(context.state)->function(context, args); }
constexpr HostImport kImport = {"h", "f", "i:i", Dispatch};

std::shared_ptr<const Program> Compiled(const std::string& text) {
  return Must(LinkNative(test::NativeOf(Wat(text)), {&kImport, 1}));
}

std::unique_ptr<Instance> InstanceOf(const std::shared_ptr<const Program>& program, State& state) {
  return Must(Instance::Create(program, Must(MemorySlot::Create(nullptr)), &state));
}

CallEnd CallOnce(Instance& instance, const std::string& name, uint32_t argument, uint32_t* result = nullptr) {
  Value value = I32(argument);
  instance.gate().Begin();
  CallEnd end = instance.Call(Must(instance.Function(name)), {&value, 1});
  instance.gate().End();
  if (result != nullptr) *result = static_cast<uint32_t>(value.i32);
  return end;
}

std::string Function(const std::string& name, const std::string& body) {
  return "(func (export \"" + name + "\") (param i32) (result i32) " + body + ")\n";
}

// --- Vectors at memory's end ---

struct VectorAccess {
  const char* instruction;
  const char* lane;
  uint64_t width;
  bool stores;
};

constexpr std::array<VectorAccess, 23> kVectors = {{
    {"v128.load", "", 16, false},        {"v128.load8x8_s", "", 8, false},    {"v128.load8x8_u", "", 8, false},
    {"v128.load16x4_s", "", 8, false},   {"v128.load16x4_u", "", 8, false},   {"v128.load32x2_s", "", 8, false},
    {"v128.load32x2_u", "", 8, false},   {"v128.load8_splat", "", 1, false},  {"v128.load16_splat", "", 2, false},
    {"v128.load32_splat", "", 4, false}, {"v128.load64_splat", "", 8, false}, {"v128.load32_zero", "", 4, false},
    {"v128.load64_zero", "", 8, false},  {"v128.load8_lane", "15", 1, false}, {"v128.load16_lane", "7", 2, false},
    {"v128.load32_lane", "3", 4, false}, {"v128.load64_lane", "1", 8, false}, {"v128.store", "", 16, true},
    {"v128.store8_lane", "15", 1, true}, {"v128.store16_lane", "7", 2, true}, {"v128.store32_lane", "3", 4, true},
    {"v128.store64_lane", "1", 8, true}, {"v128.store64_lane", "0", 8, true},
}};

constexpr std::array<uint32_t, 8> kVectorOffsets = {
    0, 1, 65535, (32U << 20) - 80, (32U << 20) - 64, (32U << 20) - 63, 1U << 31, UINT32_MAX};

std::string VectorModule() {
  std::string text = "(module (memory (export \"memory\") 1) (global $v (mut v128) (v128.const i64x2 0 0))\n";
  for (size_t a = 0; a < kVectors.size(); ++a) {
    const VectorAccess& access = kVectors[a];
    for (size_t o = 0; o < kVectorOffsets.size(); ++o) {
      const std::string instruction = std::string(access.instruction) + " offset=" + std::to_string(kVectorOffsets[o]) +
                                      " " + access.lane + " (local.get 0)";
      const std::string ones = " (v128.const i64x2 -1 -1)";
      const bool takes = access.stores || *access.lane != '\0';
      const std::string all = "(" + instruction + (takes ? ones : "") + ")";
      text += Function(std::to_string(a) + "_" + std::to_string(o),
                       access.stores ? all + " (i32.const 7)" : "(global.set $v " + all + ") (i32.const 7)");
    }
  }
  return text + ")";
}

TEST(NativeHostile, VectorsEndWhereMemoryEnds) {
  State state;
  const auto instance = InstanceOf(Compiled(VectorModule()), state);
  const uint8_t* memory = instance->slot().base();
  for (size_t a = 0; a < kVectors.size(); ++a) {
    const VectorAccess& access = kVectors[a];
    for (size_t o = 0; o < kVectorOffsets.size(); ++o) {
      const std::string name = std::to_string(a) + "_" + std::to_string(o);
      const uint64_t offset = kVectorOffsets[o];
      // Around the last address that is right for this width, and around where 32 bits of sum would wrap.
      const int64_t last = int64_t{65536} - static_cast<int64_t>(access.width + offset);
      for (const int64_t at : {last, last + 1, last + static_cast<int64_t>(access.width) - 1, last + 16,
                               int64_t{4294967296} - static_cast<int64_t>(offset),
                               int64_t{4294967296} - static_cast<int64_t>(offset) - 1, int64_t{UINT32_MAX}}) {
        if (at < 0 || at > int64_t{UINT32_MAX}) continue;
        const CallEnd end = CallOnce(*instance, name, static_cast<uint32_t>(at));
        const bool inside = at + static_cast<int64_t>(offset + access.width) <= 65536;
        EXPECT_EQ(end.kind, inside ? Kind::kReturned : Kind::kTrapped)
            << access.instruction << " offset " << offset << " at " << at << ": " << end.message;
        if (!inside) {
          EXPECT_NE(end.message.find("out of bounds"), std::string::npos) << end.message;
          // Half of a store is none.
          for (size_t i = 65536 - 16; i < 65536; ++i) EXPECT_EQ(memory[i], 0) << access.instruction << " " << i;
        } else if (access.stores) {
          std::memset(instance->slot().base() + at + offset, 0, access.width);
        }
      }
    }
  }
}

// --- The interpreter's switch ---

TEST(NativeHostile, AnInterpretersSwitchStaysAmongItsTargets) {
  constexpr size_t kTargets = 200;
  std::string blocks;
  std::string table = "(br_table";
  for (size_t i = 0; i <= kTargets; ++i) {
    blocks += "(block ";
    table += " " + std::to_string(i);
  }
  std::string text =
      "(module (memory (export \"memory\") 1)\n(func (export \"jump\") (param i32) (result i32) (local i32)\n";
  // It goes around until the argument is used up, as an interpreter does.
  text += "(loop $next " + blocks + table + " (local.get 0)))";
  for (size_t i = 0; i < kTargets; ++i) {
    text += "(return (i32.const " + std::to_string(1000 + i) + ")))\n";
  }
  text += ") (i32.const 77)))";
  State state;
  const auto instance = InstanceOf(Compiled(text), state);
  for (uint32_t i = 0; i < kTargets; ++i) {
    uint32_t result = 0;
    EXPECT_EQ(CallOnce(*instance, "jump", i, &result).kind, Kind::kReturned);
    EXPECT_EQ(result, 1000 + i);
  }
  for (const uint32_t index : {uint32_t{200}, uint32_t{201}, uint32_t{1} << 30, uint32_t{1} << 31, UINT32_MAX,
                               UINT32_MAX - 199, uint32_t{0x40000000}, uint32_t{0x80000001}}) {
    uint32_t result = 0;
    EXPECT_EQ(CallOnce(*instance, "jump", index, &result).kind, Kind::kReturned);
    EXPECT_EQ(result, 77U) << index;
  }
}

// --- Recursion ---

std::string RecursionModule() {
  // A frame of its own for each of 200 vectors, all alive over the call.
  std::string wide = "(local";
  for (int i = 0; i < 200; ++i) wide += " v128";
  wide += ")";
  for (int i = 1; i <= 200; ++i) {
    wide += "(local.set " + std::to_string(i) + " (i32x4.splat (i32.add (local.get 0) (i32.const " + std::to_string(i) +
            "))))";
  }
  wide += "(local.set 0 (call $wide (i32.add (local.get 0) (i32.const 1))))";
  for (int i = 1; i <= 200; ++i) {
    wide += "(local.set 0 (i32.xor (local.get 0) (i32x4.extract_lane 0 (local.get " + std::to_string(i) + "))))";
  }
  wide += "(local.get 0)";
  return R"((module (import "h" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 1)
  (type $one (func (param i32) (result i32)))
  (type $many (func (param i32 i64 f64 v128 i32 i32 i32 i32 i32 i32) (result i32)))
  (table 6 6 funcref)
  (elem (i32.const 0) $indirect $even $odd $many $through_host $even_indirect)
  (func $indirect (export "indirect") (param i32) (result i32)
    (i32.add (i32.const 1) (call_indirect (type $one) (local.get 0) (i32.const 0))))
  (func $even (export "mutual") (param i32) (result i32) (i32.add (call $odd (local.get 0)) (i32.const 1)))
  (func $odd (param i32) (result i32) (i32.sub (call $even (local.get 0)) (i32.const 3)))
  (func $even_indirect (export "mutual_indirect") (param i32) (result i32)
    (i32.add (call_indirect (type $one) (local.get 0) (i32.const 5)) (call $f (i32.const 0))))
  (func (export "in_tail_position") (param i32) (result i32)
    (call_indirect (type $one) (local.get 0) (i32.const 0)))
  (func $many (type $many) (i32.add (local.get 9)
    (call_indirect (type $many) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
      (local.get 6) (local.get 7) (local.get 8) (i32.add (local.get 9) (i32.const 1)) (i32.const 3))))
  (func (export "arguments_on_the_stack") (param i32) (result i32)
    (call $many (local.get 0) (i64.const 1) (f64.const 2) (v128.const i64x2 3 4) (i32.const 5) (i32.const 6) (i32.const 7)
      (i32.const 8) (i32.const 9) (i32.const 10)))
  (func $in_branch (export "in_a_branch") (param i32) (result i32)
    (block $out (br_table $out $out $out (i32.and (call $in_branch (local.get 0)) (i32.const 3))))
    (i32.const 1))
  (func $in_loop (export "in_a_loop") (param i32) (result i32)
    (loop $l (br_if $l (call $in_loop (local.get 0)))) (i32.const 1))
  (func $through_host (export "through_host") (param i32) (result i32)
    (i32.add (call $f (i32.const 1)) (i32.const 1)))
  (func $wide (export "wide") (param i32) (result i32) )" +
         wide + R"()
  (func (export "unreachable") (param i32) (result i32) unreachable)
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (export "overflow") (param i32) (result i32) (i32.div_s (i32.const 0x80000000) (i32.const -1)))
  (func (export "convert") (param i32) (result i32) (i32.trunc_f32_s (f32.const nan)))
  (func (export "type") (param i32) (result i32) (call_indirect (param i64) (result i32) (i64.const 0) (i32.const 0)))
  (func (export "beyond") (param i32) (result i32) (call_indirect (type $one) (i32.const 0) (i32.const -1)))
  (func (export "load") (param i32) (result i32) (i32.load (i32.const -1)))
  (func (export "store") (param i32) (result i32) (i32.store8 (i32.const 65536) (i32.const 1)) (i32.const 1))
  (func (export "one") (param i32) (result i32) (i32.const 1))
))";
}

class NativeCalls : public testing::Test {
 protected:
  static void SetUpTestSuite() { program = Compiled(RecursionModule()); }
  static void TearDownTestSuite() { program.reset(); }
  static std::shared_ptr<const Program> program;
  State state_;
};
std::shared_ptr<const Program> NativeCalls::program;

TEST_F(NativeCalls, RecursionOfEveryKindEndsAtTheStack) {
  const auto instance = InstanceOf(program, state_);
  state_.function = [](CallContext& context, Args args) {
    if (args.I32(0) == 0) {
      args.Return(0);
      return After::kContinue;
    }
    Value value = {};
    if (!context.instance.CallNested(Must(context.instance.Function("through_host")), {&value, 1}))
      return After::kUnwind;
    args.Return(value.i32);
    return After::kContinue;
  };
  for (const char* name : {"indirect", "mutual", "mutual_indirect", "in_tail_position", "arguments_on_the_stack",
                           "in_a_branch", "in_a_loop", "wide"}) {
    const CallEnd end = CallOnce(*instance, name, 0);
    EXPECT_EQ(end.kind, Kind::kTrapped) << name;
    EXPECT_NE(end.message.find("call stack exhausted"), std::string::npos) << name << ": " << end.message;
    uint32_t result = 0;
    EXPECT_EQ(CallOnce(*instance, "one", 0, &result).kind, Kind::kReturned);
    EXPECT_EQ(result, 1U);
  }
  // Guest, host, guest, host: the innermost traps, and the host says so outwards.
  EXPECT_EQ(CallOnce(*instance, "through_host", 0).kind, Kind::kUnwound);
  EXPECT_EQ(CallOnce(*instance, "one", 0).kind, Kind::kReturned);
}

TEST_F(NativeCalls, TrapsAtAnyDepthOfCallbacksEndThatCallAlone) {
  const auto instance = InstanceOf(program, state_);
  const std::array<const char*, 10> traps = {"unreachable", "divide", "overflow", "convert", "type",
                                             "beyond",      "load",   "store",    "mutual",  "wide"};
  for (const char* trap : traps) {
    for (const int depth : {1, 2, 7}) {
      int level = 0;
      int survived = 0;
      state_.function = [&](CallContext& context, Args args) {
        const bool innermost = ++level == depth;
        Value value = I32(1);
        const char* next = innermost ? trap : "through_host";
        const bool returned = context.instance.CallNested(Must(context.instance.Function(next)), {&value, 1});
        EXPECT_EQ(returned, !innermost) << trap;
        // The host goes on with the same guest, which does as before.
        Value one = I32(0);
        EXPECT_TRUE(context.instance.CallNested(Must(context.instance.Function("one")), {&one, 1})) << trap;
        survived += one.i32;
        args.Return(1);
        return After::kContinue;
      };
      EXPECT_EQ(CallOnce(*instance, "through_host", 0).kind, Kind::kReturned) << trap;
      EXPECT_EQ(level, depth);
      EXPECT_EQ(survived, depth);
    }
  }
}

// --- Stops ---

struct Class {
  const char* name;
  const char* body;
};

// What the loop does in each round; $i is an i32, $l an i64, $x an f64, $y an f32, $v a vector.
constexpr std::array<Class, 34> kClasses = {{
    {"nothing", ""},
    {"local", "(local.set $i (local.tee $j (local.get $i)))"},
    {"add", "(local.set $l (i64.add (local.get $l) (i64.const 3)))"},
    {"multiply", "(local.set $l (i64.mul (local.get $l) (i64.const 3)))"},
    {"divide_signed", "(local.set $l (i64.or (i64.div_s (i64.const -77) (local.get $l)) (i64.const 1)))"},
    {"remainder", "(local.set $i (i32.or (i32.rem_s (i32.const 77) (local.get $i)) (i32.const 1)))"},
    {"shift", "(local.set $i (i32.shr_s (i32.shl (local.get $i) (local.get $i)) (i32.const 1)))"},
    {"rotate", "(local.set $l (i64.rotl (local.get $l) (local.get $l)))"},
    {"count_bits", "(local.set $i (i32.add (i32.popcnt (local.get $i)) (i32.clz (local.get $i))))"},
    {"compare", "(local.set $i (i64.lt_u (local.get $l) (i64.extend_i32_s (local.get $i))))"},
    {"select", "(local.set $i (select (local.get $i) (local.get $j) (local.get $i)))"},
    {"extend", "(local.set $i (i32.extend8_s (i32.add (local.get $i) (i32.const 1))))"},
    {"float_add", "(local.set $x (f64.add (local.get $x) (f64.const 1)))"},
    {"float_divide", "(local.set $y (f32.div (local.get $y) (f32.const 3)))"},
    {"square_root", "(local.set $x (f64.sqrt (local.get $x)))"},
    {"round", "(local.set $x (f64.nearest (f64.floor (local.get $x))))"},
    {"minimum", "(local.set $x (f64.min (local.get $x) (f64.const 0)))"},
    {"convert", "(local.set $x (f64.convert_i64_u (local.get $l)))"},
    {"truncate", "(local.set $i (i32.trunc_f64_s (f64.const 5)))"},
    {"truncate_saturating", "(local.set $l (i64.trunc_sat_f64_u (local.get $x)))"},
    {"reinterpret", "(local.set $x (f64.reinterpret_i64 (i64.reinterpret_f64 (local.get $x))))"},
    {"load", "(local.set $i (i32.load8_s offset=3 (i32.const 64)))"},
    {"load_moving", "(local.set $i (i32.load16_u (i32.and (i32.add (local.get $i) (i32.const 2)) (i32.const 0xfff))))"},
    {"store", "(i64.store8 offset=9 (i32.const 64) (local.get $l))"},
    {"store_moving",
     "(f64.store (local.tee $i (i32.and (i32.add (local.get $i) (i32.const 8)) (i32.const 0xfff))) (local.get $x))"},
    {"memory_size", "(local.set $i (memory.size))"},
    {"memory_grow", "(drop (memory.grow (i32.const 0)))"},
    {"memory_grow_too_much", "(drop (memory.grow (i32.const 65536)))"},
    {"global", "(global.set $g (i64.xor (global.get $g) (local.get $l)))"},
    {"switch", "(block $a (block $b (block $c (br_table $a $b $c (i32.and (local.get $i) (i32.const 3)))) nop) nop)"},
    {"call", "(local.set $i (call $add (local.get $i)))"},
    {"call_through_table",
     "(local.set $i (call_indirect (type $one) (local.get $i) (i32.and (local.get $j) (i32.const 1))))"},
    {"call_host", "(local.set $i (call $f (i32.const 1)))"},
    {"vector",
     "(local.set $v (i8x16.shuffle 3 1 2 0 4 5 6 7 8 9 10 11 12 13 31 30 (local.get $v) (i32x4.add (local.get $v) "
     "(v128.load (i32.const 32)))))"},
}};

std::string LoopModule() {
  std::string text = R"((module (import "h" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 1 4) (global $g (mut i64) (i64.const 5))
  (type $one (func (param i32) (result i32))) (table 2 2 funcref) (elem (i32.const 0) $add $add)
  (func $add (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "callback") (param i32) (result i32) (loop $l (br $l)) unreachable)
  (func (export "one") (param i32) (result i32) (i32.const 1)))";
  for (const Class& one : kClasses) {
    text +=
        "(func (export \"" + std::string(one.name) +
        "\") (param $i i32) (result i32) (local $j i32) (local $l i64) (local $x f64) (local $y f32) (local $v v128)\n"
        "(local.set $l (i64.const 9)) (local.set $j (i32.const 1)) (loop $l " +
        one.body + " (br $l)) unreachable)\n";
  }
  return text + ")";
}

TEST(NativeHostile, AStopEndsLoopsOfEveryClassOfInstructions) {
  State state;
  state.function = [](CallContext&, Args args) {
    args.Return(1);
    return After::kContinue;
  };
  const auto program = Compiled(LoopModule());
  for (const Class& one : kClasses) {
    for (int round = 0; round < 4; ++round) {
      const auto instance = InstanceOf(program, state);
      instance->gate().Begin();
      std::atomic<bool> running{false};
      std::jthread stopper([&] {
        running.wait(false);
        for (int spin = 0; spin < round * 7; ++spin) std::this_thread::yield();
        EXPECT_TRUE(instance->gate().Stop(StopReason::kTimeout));
      });
      Value value = I32(1);
      running = true;
      running.notify_one();
      const CallEnd end = instance->Call(Must(instance->Function(one.name)), {&value, 1});
      stopper.join();
      instance->gate().End();
      EXPECT_EQ(end.kind, Kind::kStopped) << one.name << ": " << end.message;
    }
  }
}

TEST(NativeHostile, AStopEndsCallbacksAtAnyDepth) {
  const auto program = Compiled(LoopModule());
  for (int round = 0; round < 24; ++round) {
    const int depth = 1 + round % 6;
    State state;
    int level = 0;
    std::atomic<bool> running{false};
    state.function = [&](CallContext& context, Args) {
      const bool innermost = ++level == depth;
      if (innermost) {
        running = true;
        running.notify_one();
      }
      Value value = I32(1);
      const char* next = innermost ? "callback" : "call_host";
      EXPECT_FALSE(context.instance.CallNested(Must(context.instance.Function(next)), {&value, 1}));
      return After::kUnwind;
    };
    const auto instance = InstanceOf(program, state);
    instance->gate().Begin();
    std::jthread stopper([&] {
      running.wait(false);
      for (int spin = 0; spin < round; ++spin) std::this_thread::yield();
      EXPECT_TRUE(instance->gate().Stop(StopReason::kCancelled));
    });
    Value value = I32(1);
    const CallEnd end = instance->Call(Must(instance->Function("call_host")), {&value, 1});
    stopper.join();
    instance->gate().End();
    EXPECT_EQ(end.kind, Kind::kStopped) << end.message;
  }
}

}  // namespace
}  // namespace goru::wasm
