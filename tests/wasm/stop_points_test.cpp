#include "wasm/stop_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/wat.hpp"

namespace goru::wasm {
namespace {

using test::Call;
using test::Must;
using test::Start;
using test::Wat;

/// Calls "run" and stops it as soon as it runs. A guest that cannot be stopped makes the test hang.
CallEnd::Kind RunAndStop(Instance& instance) {
  std::atomic<bool> running{false};
  std::jthread stopper([&] {
    running.wait(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    instance.gate().Stop(StopReason::kTimeout);
  });
  wasm::Value value = {};
  instance.gate().Begin();
  running = true;
  running.notify_one();
  const CallEnd end = instance.Call(Must(instance.Function("run")), {&value, 1});
  stopper.join();
  instance.gate().End();
  return end.kind;
}

struct Shape {
  const char* name;
  /// Beside a memory and the global $g.
  const char* code;
};

// None of these ends, or not in a lifetime. A loop that reads or writes what the compiler knows already is as good as
// one that touches nothing.
constexpr Shape kShapes[] = {
    {"Empty", R"((func (export "run") (loop $l (br $l))))"},
    {"Shift", R"((func (export "run") (local $n i32) (local.set $n (i32.const 0))
      (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.shl (local.get $n) (i32.const 1))) (i32.const 100))))))"},
    {"Nested", R"((func (export "run") (local $n i32)
      (loop $o (local.set $n (i32.const 1000))
        (loop $i (br_if $i (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (br $o))))"},
    {"OutOfTheInner", R"((func (export "run") (loop $o (loop $i (br $o)))))"},
    {"Table", R"((func (export "run") (local $n i32)
      (loop $l (block $b (br_table $l $b $l (i32.and (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1)))) (br $l))))"},
    {"Arms", R"((func (export "run") (local $n i32)
      (loop $l (if (i32.and (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1))
        (then (br $l)) (else (br $l))))))"},
    {"AccessOnAnotherPath", R"((func (export "run")
      (loop $l (if (global.get $zero) (then (drop (i32.load (i32.const 8))))) (br $l))))"},
    {"LoadedBefore", R"((func (export "run") (drop (i64.load8_s (i32.const 0)))
      (loop $l (drop (i64.load8_s (i32.const 0))) (br $l))))"},
    {"StoredBefore", R"((func (export "run") (i32.store (i32.const 8) (i32.const 5))
      (loop $l (drop (i32.load (i32.const 8))) (br $l))))"},
    {"StoredAgain", R"((func (export "run") (local $n i32) (local.set $n (i32.load (i32.const 8)))
      (loop $l (i32.store (i32.const 8) (local.get $n)) (br $l))))"},
    {"LoadedInTheOuter", R"((func (export "run")
      (loop $o (drop (i32.load (i32.const 8))) (loop $i (drop (i32.load (i32.const 8))) (br $i)) (br $o))))"},
    {"ReadsAndMayWrite", R"((func (export "run") (drop (i32.load (i32.const 8)))
      (loop $l (if (global.get $zero) (then (i32.store (i32.const 16) (i32.const 1))))
        (drop (i32.load (i32.const 8))) (br $l))))"},
    {"ReadsAndMayWriteInside", R"((func (export "run") (local $n i32) (i32.store (i32.const 8) (i32.const 3))
      (loop $o (local.set $n (i32.load (i32.const 8)))
        (loop $i (if (global.get $zero) (then (i32.store (i32.const 8) (local.get $n)) (br $o)))
          (local.set $n (i32.load (i32.const 8))) (br $i)))))"},
    {"ReadsAndCalls", R"((func $nothing)
      (func (export "run") (drop (i32.load (i32.const 8)))
        (loop $l (if (global.get $zero) (then (call $nothing))) (drop (i32.load (i32.const 8))) (br $l))))"},
    {"WritesWhatIsOverwritten", R"((func (export "run")
      (loop $l (i32.store (i32.const 8) (i32.const 1)) (i32.store (i32.const 8) (i32.const 2)) (br $l))))"},
    {"MayWriteWhatCannotBe", R"((func (export "run") (drop (i32.load (i32.const 8)))
      (loop $l (if (global.get $zero) (then (i64.store offset=4294967295 (i32.const 0) (i64.const 1))))
        (drop (i32.load (i32.const 8))) (br $l))))"},
    {"WritesBehindABranch", R"((func (export "run") (drop (i32.load (i32.const 8)))
      (loop $l (drop (i32.load (i32.const 8))) (br $l) (i32.store (i32.const 16) (i32.const 1)) (br $l))))"},
    {"Global", R"((func (export "run") (loop $l (global.set $g (i32.add (global.get $g) (i32.const 1))) (br $l))))"},
    {"Grow", R"((func (export "run") (loop $l (drop (memory.grow (i32.const 0))) (drop (memory.size)) (br $l))))"},
    {"Floats", R"((func (export "run") (local $x f64)
      (loop $l (local.set $x (f64.sqrt (f64.add (local.get $x) (f64.const 1)))) (br $l))))"},
    {"CallInside", R"((func $add (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "run") (local $n i32) (loop $l (local.set $n (call $add (local.get $n))) (br $l))))"},
    {"IndirectInside", R"((type $t (func (param i32) (result i32))) (table 1 1 funcref) (elem (i32.const 0) $add)
      (func $add (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "run") (local $n i32)
        (loop $l (local.set $n (call_indirect (type $t) (local.get $n) (i32.const 0))) (br $l))))"},
    {"TreeOfCalls", R"((func $tree (param i32)
        (if (local.get 0) (then (call $tree (i32.sub (local.get 0) (i32.const 1)))
          (call $tree (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "run") (call $tree (i32.const 100))))"},
    {"TwoThatCallEachOther", R"((func $a (param i32)
        (if (local.get 0) (then (call $b (i32.sub (local.get 0) (i32.const 1)))
          (call $b (i32.sub (local.get 0) (i32.const 1))))))
      (func $b (param i32) (call $a (local.get 0)) (call $a (local.get 0)))
      (func (export "run") (call $a (i32.const 60))))"},
    {"TreeThroughTheTable", R"((type $t (func (param i32))) (table 2 2 funcref) (elem (i32.const 1) $tree)
      (func $tree (type $t)
        (if (local.get 0) (then
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
      (func (export "run") (call $tree (i32.const 100))))"},
    {"TreeAfterAnAccess", R"((func $tree (param i32) (local $first i32)
        (local.set $first (i32.eqz (global.get $g)))
        (if (local.get $first) (then (global.set $g (i32.const 1)) (drop (i32.load (i32.const 8)))))
        (if (local.get 0) (then (call $tree (i32.sub (local.get 0) (i32.const 1)))
          (call $tree (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "run") (call $tree (i32.const 100))))"},
};

std::string ModuleOf(const std::string& code) {
  return "(module (memory (export \"memory\") 1) (global $g (mut i32) (i32.const 0)) "
         "(global $zero (mut i32) (i32.const 0)) " +
         code + ")";
}

class StopPointsShapes : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, StopPointsShapes, testing::ValuesIn(kShapes),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST_P(StopPointsShapes, CanBeStopped) {
  const auto instance = Start(Must(AddStopPoints(Wat(ModuleOf(GetParam().code)))).bytes);
  EXPECT_EQ(RunAndStop(*instance), CallEnd::Kind::kStopped);
}

TEST(StopPoints, PutsLoadsOnlyWhereTheyAreNeeded) {
  const auto loads = [](const std::string& code) {
    const auto module = Must(AddStopPoints(Wat(ModuleOf("(func (export \"run\") (local $n i32) " + code + ")"))));
    return std::pair(module.loops, module.functions);
  };
  // One that reads and writes, one that is only left, and one around another that has its load.
  EXPECT_EQ(loads("(loop $l (i32.store (local.get $n) (i32.load (local.get $n))) (br $l))"), std::pair(0U, 0U));
  EXPECT_EQ(loads("(loop $l (br_if 1 (local.get $n)))"), std::pair(0U, 0U));
  EXPECT_EQ(loads("(loop $o (loop $i (br_if $i (local.get $n))) (i32.store (i32.const 8) (local.get $n)) (br $o))"),
            std::pair(1U, 0U));
  // One that only reads what may be the same each time; one that writes on some ways only.
  EXPECT_EQ(loads("(loop $l (br_if $l (i32.load (local.get $n))))"), std::pair(1U, 0U));
  EXPECT_EQ(loads("(loop $l (br_if $l (local.get $n)) (i32.store (i32.const 8) (local.get $n)) (br $l))"),
            std::pair(1U, 0U));
}

TEST(StopPoints, AChainOfManyCallsCanBeStopped) {
  // No recursion, and yet 2^60 calls.
  std::string code = "(func $f0)";
  for (int i = 1; i <= 60; ++i) {
    const std::string call = "(call $f" + std::to_string(i - 1) + ")";
    code += "(func $f" + std::to_string(i) + call + call + ")";
  }
  const auto module = Must(AddStopPoints(Wat(ModuleOf(code + "(func (export \"run\") (call $f60))"))));
  EXPECT_GE(module.functions, 2U);
  EXPECT_LE(module.functions, 8U);
  const auto instance = Start(module.bytes);
  EXPECT_EQ(RunAndStop(*instance), CallEnd::Kind::kStopped);
}

TEST(StopPoints, ChangesNothingElse) {
  const auto module = Wat(ModuleOf(R"((type $t (func (result i32))) (table 4 4 funcref) (elem (i32.const 1) $leaf)
    (func $leaf (type $t) (i32.const 42))
    (func $direct (result i32) (call $leaf))
    (func $recursive (param i32) (result i32) (drop (i32.load (i32.const 4)))
      (if (result i32) (local.get 0) (then (call $recursive (i32.const 0))) (else (i32.const 1))))
    (func (export "run") (result i32) (i32.add (call $direct) (call_indirect (type $t) (i32.const 1))))
    (data (i32.const 7) "data"))"));
  const auto same = Must(AddStopPoints(module));
  EXPECT_EQ(same.loops, 0U);
  EXPECT_EQ(same.functions, 0U);
  EXPECT_EQ(same.bytes, module);
}

TEST(StopPoints, TakesAKindOfLoadThatTheFunctionDoesNotUse) {
  const std::vector<std::string> loads = {"i64.load8_s",  "i64.load8_u",  "i32.load8_s",  "i64.load16_s",
                                          "i64.load16_u", "i32.load16_s", "i64.load32_s", "i64.load32_u",
                                          "i32.load16_u", "i32.load8_u"};
  std::string code;
  for (const std::string& load : loads) {
    const auto module = AddStopPoints(Wat(ModuleOf("(func (export \"run\") " + code + "(loop $l (br $l)))")));
    ASSERT_TRUE(module.ok()) << load;
    EXPECT_EQ(RunAndStop(*Start(module->bytes)), CallEnd::Kind::kStopped) << load;
    code += "(drop (" + load + " (i32.const 0)))";
  }
  EXPECT_FALSE(AddStopPoints(Wat(ModuleOf("(func (export \"run\") " + code + "(loop $l (br $l)))"))).ok());
}

TEST(StopPoints, NeedsMemoryWhereSomethingCanRunForEver) {
  EXPECT_FALSE(AddStopPoints(Wat("(module (func (loop $l (br $l))))")).ok());
  EXPECT_FALSE(AddStopPoints(Wat("(module (memory 0) (func (loop $l (br $l))))")).ok());
  EXPECT_FALSE(AddStopPoints(Wat("(module (func $f (call $f)))")).ok());
  EXPECT_TRUE(AddStopPoints(Wat("(module (func $f) (func (call $f)))")).ok());
}

TEST(StopPoints, EveryPartOfAModuleIsReadOrRefused) {
  const auto module = Wat(ModuleOf(R"((type $t (func (param i32))) (table 2 2 funcref) (elem (i32.const 1) $tree)
    (func $tree (type $t) (local i64 f64)
      (block $b (loop $l (br_table $l $b 2 (local.get 0)))) (if (local.get 0) (then (br 1)) (else (return)))
      (call_indirect (type $t) (local.get 0) (i32.const 1)) (call $tree (i32.const 1)))
    (start $begin) (func $begin (call $tree (i32.const 0))))"));
  for (size_t size = 0; size < module.size(); ++size) (void)AddStopPoints(std::span(module).first(size));
  for (size_t at = 8; at < module.size(); ++at) {
    for (const uint8_t byte : {uint8_t{0x00}, uint8_t{0x0B}, uint8_t{0x7F}, uint8_t{0x80}, uint8_t{0xFF}}) {
      auto changed = module;
      changed[at] = byte;
      (void)AddStopPoints(changed);
    }
  }
  EXPECT_TRUE(AddStopPoints(module).ok());
}

// Random programs, and what can be said of all of them.

/// Writes functions of nested blocks with branches in all directions. What they do with their fuel makes them end, and
/// they choose their ways by a number that they mix on.
class Program {
 public:
  Program(uint32_t seed, int64_t fuel) : random_(seed), fuel_(fuel) {}

  std::string Text() {
    std::string text =
        "(global $fuel (mut i64) (i64.const " + std::to_string(fuel_) + "))\n" +
        "(func $choose (param $n i32) (result i32) (global.set $g (i32.add (i32.mul (global.get $g) "
        "(i32.const 1664525)) (i32.const 1013904223))) (i32.rem_u (i32.shr_u (global.get $g) (i32.const 9)) "
        "(local.get $n)))\n";
    for (int i = 0; i < kFunctions; ++i) {
      labels_.clear();
      text += "(func $f" + std::to_string(i) + " (param $a i32) (result i32) (local $x i32)\n" + Block(3) +
              "(i32.add (local.get $x) (local.get $a)))\n";
    }
    return text + "(func (export \"run\") (result i32) (call $f0 (i32.const 1)))";
  }

 private:
  static constexpr int kFunctions = 3;

  uint32_t Below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

  std::string Label() {
    const std::string label = "$l" + std::to_string(next_label_++);
    labels_.push_back(label);
    return label;
  }
  std::string AnyLabel() { return labels_[Below(static_cast<uint32_t>(labels_.size()))]; }

  /// What keeps the whole program finite, without memory.
  static std::string Burn() {
    return "(global.set $fuel (i64.sub (global.get $fuel) (i64.const 1))) (if (i64.le_s (global.get $fuel) (i64.const "
           "0)) "
           "(then (return (local.get $x))))\n";
  }

  std::string Access() {
    const std::string place = "(i32.const " + std::to_string(8 * Below(3)) + ")";
    switch (Below(4)) {
      case 0:
        return "(local.set $x (i32.add (local.get $x) (i32.load " + place + ")))\n";
      case 1:
        return "(i32.store " + place + " (local.get $x))\n";
      case 2:
        return "(i32.store " + place + " (i32.load " + place + "))\n";
      default:
        return "(drop (i64.load8_s (i32.const 0)))\n";
    }
  }

  std::string Statement(int depth) {
    const uint32_t kind = Below(depth > 0 ? 11 : 6);
    switch (kind) {
      case 0:
        return Below(3) == 0 ? Access() : "(local.set $x (i32.add (local.get $x) (i32.const 1)))\n";
      case 1:
        return "(local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 3))))\n";
      case 2:
        if (labels_.empty()) return "nop\n";
        return "(br_if " + AnyLabel() + " (call $choose (i32.const 2)))\n";
      case 3:
        if (labels_.empty()) return "nop\n";
        return "(br_table " + AnyLabel() + " " + AnyLabel() + " " + AnyLabel() + " (call $choose (i32.const 4)))\n";
      case 4:
        return Below(2) == 0 ? "(local.set $x (call $f" + std::to_string(Below(kFunctions)) + " (local.get $x)))\n"
                             : "nop\n";
      case 5:
        if (labels_.empty() || Below(3) != 0) return "nop\n";
        return "(br " + AnyLabel() + ")\n";
      default: {
        const std::string label = Label();
        std::string text;
        if (kind < 7) {
          text = "(block " + label + "\n" + Block(depth - 1) + ")\n";
        } else if (kind < 9) {
          text = "(loop " + label + "\n" + Burn() + Block(depth - 1) + ")\n";
        } else {
          text = "(if " + label + " (call $choose (i32.const 2)) (then\n" + Block(depth - 1) + ")";
          if (Below(2) == 0) text += " (else\n" + Block(depth - 1) + ")";
          text += ")\n";
        }
        labels_.pop_back();
        return text;
      }
    }
  }

  std::string Block(int depth) {
    std::string text;
    if (depth == 3) text += Burn();
    const uint32_t count = 1 + Below(4);
    for (uint32_t i = 0; i < count; ++i) text += Statement(depth);
    return text;
  }

  std::mt19937 random_;
  int64_t fuel_;
  int next_label_ = 0;
  std::vector<std::string> labels_;
};

TEST(StopPoints, RandomProgramsDoTheSame) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    const auto module = Wat(ModuleOf(Program(seed, 2000).Text()));
    const auto stoppable = Must(AddStopPoints(module));
    const auto before = Start(module);
    const auto after = Start(stoppable.bytes);
    ASSERT_EQ(Call(*before, "run").i32, Call(*after, "run").i32) << seed;
    ASSERT_EQ(std::memcmp(before->slot().base(), after->slot().base(), 64), 0) << seed;
  }
}

TEST(StopPoints, RandomProgramsCanBeStopped) {
  int stopped = 0;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    const auto instance = Start(Must(AddStopPoints(Wat(ModuleOf(Program(seed, INT64_MAX).Text())))).bytes);
    // Some end by themselves, or by a stack that is full.
    if (RunAndStop(*instance) == CallEnd::Kind::kStopped) ++stopped;
  }
  EXPECT_GT(stopped, 30);
}

// The checker: reads a module by itself, draws the graph of all instructions, and looks for ways around that meet
// nothing that the compiler keeps. That is a load that no other is like; and every load and store inside a loop that
// can write, since what is known of memory before such a loop is not known in it. It has the loops from the graph
// alone.

/// One instruction of a function, as a node of the graph.
struct Node {
  std::vector<size_t> next;
  /// The functions that are called here.
  std::vector<uint32_t> calls;
  bool accesses = false;
  bool stores = false;
  /// Reads from a fixed place: how and where. Alone of its kind in the function it is kept.
  std::optional<std::pair<uint8_t, uint32_t>> fixed;
  bool is_kept = false;
};

class Checker {
 public:
  explicit Checker(const std::vector<uint8_t>& module) : bytes_(module) {
    size_t at = 8;
    while (at < bytes_.size()) {
      const uint8_t id = bytes_[at++];
      const uint64_t size = Number(at);
      if (id == 10) ReadCode(at);
      at += size;
    }
  }

  /// Whether some way through the module goes on for ever without touching memory: around in one function, or down
  /// through functions that call each other before they have.
  bool CanRunForEver() const {
    for (const auto& function : functions_) {
      if (HasWayAround(function)) return true;
    }
    std::vector<std::set<uint32_t>> edges;
    for (const auto& function : functions_) edges.push_back(CallsBeforeAnAccess(function));
    // A function that reaches itself.
    for (uint32_t start = 0; start < edges.size(); ++start) {
      std::set<uint32_t> seen;
      std::vector<uint32_t> queue(edges[start].begin(), edges[start].end());
      while (!queue.empty()) {
        const uint32_t function = queue.back();
        queue.pop_back();
        if (function == start) return true;
        if (!seen.insert(function).second) continue;
        queue.insert(queue.end(), edges[function].begin(), edges[function].end());
      }
    }
    return false;
  }

 private:
  using Function = std::vector<Node>;

  uint64_t Number(size_t& at) const {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0;
    do {
      byte = bytes_.at(at++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      shift += 7;
    } while ((byte & 0x80) != 0);
    return value;
  }

  void ReadCode(size_t at) {
    const uint64_t count = Number(at);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t size = Number(at);
      const size_t end = at + size;
      const uint64_t groups = Number(at);
      for (uint64_t group = 0; group < groups; ++group) {
        (void)Number(at);
        ++at;
      }
      functions_.push_back(ReadFunction(at, end));
      at = end;
    }
  }

  struct Open {
    bool loop = false;
    size_t begin = 0;
    /// Nodes that go on behind the end.
    std::vector<size_t> leaving;
    /// The `if` whose other arm begins at `else` or behind the end.
    std::optional<size_t> other_arm;
  };

  Function ReadFunction(size_t at, size_t end) const {
    Function nodes;
    std::vector<Open> open(1);
    // Nodes from which control falls to the next one.
    std::vector<size_t> falling;
    uint64_t constant = 0;
    const auto branch = [&](size_t from, uint64_t label) {
      Open& target = open.at(open.size() - 1 - label);
      if (target.loop) {
        nodes[from].next.push_back(target.begin);
      } else {
        target.leaving.push_back(from);
      }
    };
    while (at < end) {
      const uint8_t opcode = bytes_.at(at++);
      const size_t node = nodes.size();
      nodes.emplace_back();
      for (const size_t from : falling) nodes[from].next.push_back(node);
      falling = {node};
      const uint64_t last_constant = constant;
      constant = UINT64_MAX;
      switch (opcode) {
        case 0x02:
        case 0x03:
        case 0x04:
          (void)Number(at);
          open.push_back({opcode == 0x03, node, {}, {}});
          if (opcode == 0x04) open.back().other_arm = node;
          break;
        case 0x05:
          open.back().leaving.push_back(node);
          falling = {*open.back().other_arm};
          open.back().other_arm.reset();
          // Control comes here from the end of the first arm and goes behind the end.
          break;
        case 0x0B: {
          const Open closed = open.back();
          open.pop_back();
          falling.insert(falling.end(), closed.leaving.begin(), closed.leaving.end());
          if (closed.other_arm) falling.push_back(*closed.other_arm);
          break;
        }
        case 0x0C:
          branch(node, Number(at));
          falling.clear();
          break;
        case 0x0D:
          branch(node, Number(at));
          break;
        case 0x0E: {
          const uint64_t labels = Number(at) + 1;
          for (uint64_t i = 0; i < labels; ++i) branch(node, Number(at));
          falling.clear();
          break;
        }
        case 0x0F:
        case 0x00:
          falling.clear();
          break;
        case 0x10:
          nodes[node].calls.push_back(static_cast<uint32_t>(Number(at)));
          break;
        case 0x20:
        case 0x21:
        case 0x22:
        case 0x23:
        case 0x24:
          (void)Number(at);
          break;
        case 0x41:
          constant = Number(at);
          break;
        case 0x42:
          (void)Number(at);
          break;
        case 0x28:
        case 0x30:
        case 0x31:
        case 0x2C:
        case 0x36: {
          (void)Number(at);
          const auto offset = static_cast<uint32_t>(Number(at));
          nodes[node].accesses = true;
          nodes[node].stores = opcode == 0x36;
          if (opcode != 0x36 && last_constant != UINT64_MAX) {
            nodes[node].fixed = {opcode, static_cast<uint32_t>(last_constant) + offset};
          }
          break;
        }
        default:
          break;
      }
    }
    std::map<std::pair<uint8_t, uint32_t>, int> count;
    for (const Node& node : nodes) {
      if (node.fixed) ++count[*node.fixed];
    }
    for (Node& node : nodes) node.is_kept = node.fixed && count[*node.fixed] == 1;
    return nodes;
  }

  /// The strongly connected parts of these nodes that have a way around (Tarjan).
  static std::vector<std::set<size_t>> Loops(const Function& function, const std::set<size_t>& nodes) {
    std::vector<std::set<size_t>> loops;
    std::map<size_t, size_t> index;
    std::map<size_t, size_t> low;
    std::vector<size_t> path;
    std::set<size_t> on_path;
    const std::function<void(size_t)> visit = [&](size_t node) {
      index[node] = low[node] = index.size();
      path.push_back(node);
      on_path.insert(node);
      for (const size_t to : function[node].next) {
        if (!nodes.contains(to)) continue;
        if (!index.contains(to)) {
          visit(to);
          low[node] = std::min(low[node], low[to]);
        } else if (on_path.contains(to)) {
          low[node] = std::min(low[node], index[to]);
        }
      }
      if (low[node] != index[node]) return;
      std::set<size_t> part;
      do {
        part.insert(path.back());
        on_path.erase(path.back());
        path.pop_back();
      } while (!part.contains(node));
      const auto& next = function[node].next;
      if (part.size() > 1 || std::find(next.begin(), next.end(), node) != next.end()) loops.push_back(std::move(part));
    };
    for (const size_t node : nodes) {
      if (!index.contains(node)) visit(node);
    }
    return loops;
  }

  static bool HasWayAround(const Function& function) {
    std::set<size_t> reachable;
    std::vector<size_t> queue = {0};
    while (!queue.empty()) {
      const size_t node = queue.back();
      queue.pop_back();
      if (node >= function.size() || !reachable.insert(node).second) continue;
      queue.insert(queue.end(), function[node].next.begin(), function[node].next.end());
    }
    return HasWayAround(function, reachable, reachable);
  }

  /// Whether one of the loops among `nodes` has a way around through its beginning, or one inside it has.
  static bool HasWayAround(const Function& function, const std::set<size_t>& nodes, const std::set<size_t>& reachable) {
    for (std::set<size_t> loop : Loops(function, nodes)) {
      // Where control comes in.
      std::set<size_t> begins;
      for (const size_t from : reachable) {
        for (const size_t to : function[from].next) {
          if (loop.contains(to) && !loop.contains(from)) begins.insert(to);
        }
      }
      EXPECT_EQ(begins.size(), 1U) << "not a program with structured control";
      const bool writes = std::any_of(loop.begin(), loop.end(), [&](size_t node) {
        return function[node].stores || !function[node].calls.empty();
      });
      std::set<size_t> open = loop;
      std::erase_if(open, [&](size_t node) { return function[node].is_kept || (writes && function[node].accesses); });
      for (const auto& around : Loops(function, open)) {
        if (around.contains(*begins.begin())) return true;
      }
      loop.erase(*begins.begin());
      if (HasWayAround(function, loop, reachable)) return true;
    }
    return false;
  }

  static std::set<uint32_t> CallsBeforeAnAccess(const Function& function) {
    std::set<uint32_t> calls;
    std::set<size_t> seen;
    std::vector<size_t> queue = {0};
    while (!queue.empty()) {
      const size_t node = queue.back();
      queue.pop_back();
      if (function[node].accesses || !seen.insert(node).second) continue;
      calls.insert(function[node].calls.begin(), function[node].calls.end());
      queue.insert(queue.end(), function[node].next.begin(), function[node].next.end());
    }
    return calls;
  }

  const std::vector<uint8_t>& bytes_;
  std::vector<Function> functions_;
};

TEST(StopPoints, NoWayAroundIsWithoutAnAccess) {
  int could = 0;
  for (uint32_t seed = 0; seed < 500; ++seed) {
    const auto module = Wat(ModuleOf(Program(seed, 2000).Text()));
    if (Checker(module).CanRunForEver()) ++could;
    const auto stoppable = Must(AddStopPoints(module));
    ASSERT_FALSE(Checker(stoppable.bytes).CanRunForEver()) << seed;
  }
  // The checker sees what is missing.
  EXPECT_GT(could, 100);
}

}  // namespace
}  // namespace goru::wasm
