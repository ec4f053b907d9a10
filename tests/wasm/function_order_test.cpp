#include "wasm/function_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "common/wat.hpp"
#include "wasm/code_reader.hpp"
#include "wasm/instance.hpp"
#include "wasm/module_rewriter.hpp"

namespace goru::wasm {
namespace {

using test::Call;
using test::Must;
using test::Start;
using test::Wat;
using testing::ElementsAre;
using testing::IsEmpty;

// Function 0 is imported. What is called by what: twice -> add, indirect -> (table entry) answer or add's negative.
constexpr std::string_view kModule = R"((module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 5))
  (table 8 8 funcref)
  (elem (i32.const 2) $answer $never $negative)
  (type $none (func (result i32)))
  (func $add (param i32 i32) (result i32) (local $unused f64)
    (i32.add (local.get 0) (local.get 1)))
  (func $twice (export "twice") (result i32)
    (call $add (global.get $count) (global.get $count)))
  (func $never (export "never") (result i32) (i32.const 1))
  (func $answer (result i32) (i32.const 42))
  (func $indirect (export "indirect") (result i32)
    (call_indirect (type $none) (i32.add (i32.const 2) (i32.load (i32.const 0)))))
  (func $negative (result i32) (call $add (i32.const -3) (call $yield)))
  (func $begin (global.set $count (i32.const 21)))
  (start $begin)))";

/// The functions that were called since the traces were last cleared; clears them.
std::vector<uint32_t> TakeCalled(Instance& instance, const TracedModule& traced) {
  std::vector<uint32_t> called;
  for (uint32_t i = 0; i < traced.functions; ++i) {
    const std::string name = GlobalExportName(traced.first_global + i);
    if (Must(instance.GlobalInteger(name)) != 0) called.push_back(traced.first_function + i);
    EXPECT_TRUE(instance.SetGlobalInteger(name, 0));
  }
  return called;
}

TEST(FunctionOrder, TracesWhatIsCalled) {
  const auto traced = Must(TraceFunctions(Wat(kModule)));
  EXPECT_EQ(traced.first_function, 1U);
  EXPECT_EQ(traced.functions, 7U);
  EXPECT_EQ(traced.first_global, 1U);
  const auto instance = Start(Must(ExportGlobals(traced.bytes, Must(ListMutableGlobals(traced.bytes)))));
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(7));
  EXPECT_EQ(Call(*instance, "twice").i32, 42);
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(1, 2));
  EXPECT_EQ(Call(*instance, "indirect").i32, 42);
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(4, 5));
  EXPECT_THAT(TakeCalled(*instance, traced), IsEmpty());
}

TEST(FunctionOrder, AnyOrderDoesTheSame) {
  const auto module = Wat(kModule);
  const std::vector<std::vector<uint32_t>> orders = {{}, {7}, {4, 5}, {2, 6}, {1, 2, 3, 4, 5, 6, 7}};
  for (const auto& first : orders) {
    const auto instance = Start(Must(ReorderFunctions(module, first)));
    EXPECT_EQ(Call(*instance, "twice").i32, 42);
    EXPECT_EQ(Call(*instance, "never").i32, 1);
    for (const auto& [entry, result] : {std::pair{0, 42}, {1, 1}, {2, 49}}) {
      ASSERT_TRUE(instance->memory().Store(0, int32_t{entry}));
      EXPECT_EQ(Call(*instance, "indirect").i32, result);
    }
  }
}

TEST(FunctionOrder, PutsFunctionsFirst) {
  // What a trace of the new order says is how the functions stand in it.
  const auto ordered = Must(ReorderFunctions(Wat(kModule), std::array<uint32_t, 2>{5, 7}));
  const auto traced = Must(TraceFunctions(ordered));
  const auto instance = Start(Must(ExportGlobals(traced.bytes, Must(ListMutableGlobals(traced.bytes)))));
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(2));
  Call(*instance, "indirect");
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(1, 6));
  Call(*instance, "twice");
  EXPECT_THAT(TakeCalled(*instance, traced), ElementsAre(3, 4));
}

TEST(FunctionOrder, KnowsWhatTheTableHolds) {
  const auto module = Wat(kModule);
  EXPECT_THAT(Must(TableEntriesOf(module, std::array<uint32_t, 3>{1, 4, 6})), ElementsAre(2, 4));
  EXPECT_THAT(Must(TableEntriesOf(module, {})), IsEmpty());
  EXPECT_THAT(
      Must(TableEntriesOf(Must(ReorderFunctions(module, std::array<uint32_t, 1>{4})), std::array<uint32_t, 1>{1})),
      ElementsAre(2));
}

TEST(FunctionOrder, TableEntriesAreResolvedAheadOfNeed) {
  const auto instance = Start(Must(ExportTable(Wat(kModule))));
  // Empty entries and such as are not there are passed over.
  instance->ResolveTableEntries(std::array<uint32_t, 5>{2, 3, 0, 8, UINT32_MAX});
  EXPECT_EQ(Call(*instance, "indirect").i32, 42);
  const auto without = Start(Wat(kModule));
  without->ResolveTableEntries(std::array<uint32_t, 1>{2});
  EXPECT_EQ(Call(*without, "indirect").i32, 42);
}

TEST(FunctionOrder, RefusesWhatItCannotOrder) {
  const auto module = Wat(kModule);
  // An imported function, one that is not there, and what is not sorted.
  for (const auto& first : std::vector<std::vector<uint32_t>>{{0}, {8}, {5, 4}}) {
    EXPECT_FALSE(ReorderFunctions(module, first).ok());
  }
  EXPECT_FALSE(TraceFunctions(Wat("(module (func))")).ok());
  const std::string bulk =
      "(module (memory 1) (global i32 (i32.const 0)) (func (memory.fill (i32.const 0) (i32.const 0) "
      "(i32.const 1))))";
  EXPECT_FALSE(ReorderFunctions(Wat(bulk), {}).ok());
}

TEST(FunctionOrder, EveryPartOfAModuleIsReadOrRefused) {
  const auto module = Wat(kModule);
  const auto all = [](std::span<const uint8_t> bytes) {
    (void)TraceFunctions(bytes);
    (void)TableEntriesOf(bytes, std::array<uint32_t, 1>{4});
    return ReorderFunctions(bytes, std::array<uint32_t, 1>{4}).ok();
  };
  for (size_t size = 0; size < module.size(); ++size) (void)all(std::span(module).first(size));
  for (size_t at = 8; at < module.size(); ++at) {
    for (const uint8_t byte : std::array<uint8_t, 4>{0x00, 0x7F, 0x80, 0xFF}) {
      auto changed = module;
      changed[at] = byte;
      (void)all(changed);
    }
  }
  EXPECT_TRUE(all(module));
}

/// Whether the code of the module's only function is read to its end.
bool ReadsAll(const std::string& code) {
  const auto module =
      Wat("(module (memory 1) (global $g (mut i32) (i32.const 0)) (table 1 funcref) (type $t (func)) (func $f "
          "(param i32 i64 f32 f64 v128) (local i32) " +
          code + "))");
  return !module.empty() && ReorderFunctions(module, {}).ok();
}

TEST(CodeReader, KnowsEveryFormOfImmediate) {
  for (const char* code : {
           "(block (loop (if (local.get 0) (then (br 1)) (else (br_if 0 (local.get 0))))))",
           "(drop (block (result i32) (i32.const -2147483648)))",
           "(drop (i64.const -9223372036854775808)) (drop (f32.const 1.5)) (drop (f64.const -1e300))",
           "(block (block (br_table 0 1 0 1 (local.get 0))))",
           "(call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4))",
           "(call_indirect (type $t) (local.get 0))",
           "(global.set $g (local.tee 5 (global.get $g)))",
           "(i64.store offset=4294967295 align=1 (i32.const 0) (i64.load offset=70000 (i32.const 0)))",
           "(drop (memory.grow (memory.size)))",
           "(drop (select (i32.const 1) (i32.const 2) (local.get 0))) nop return",
           "(drop (i32.extend8_s (i32.trunc_sat_f64_u (local.get 3))))",
           "(local.set 4 (v128.const i64x2 1 -1))",
           "(local.set 4 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 4) (local.get 4)))",
           "(drop (i8x16.extract_lane_s 3 (i8x16.replace_lane 15 (local.get 4) (i32.const 1))))",
           "(v128.store64_lane offset=9 1 (i32.const 0) (v128.load8_lane 3 (i32.const 0) (local.get 4)))",
           "(local.set 4 (v128.load32_zero offset=300 (i32.const 0)))",
           "(v128.store (i32.const 0) (v128.load8x8_s (i32.const 0)))",
           "(local.set 4 (f64x2.promote_low_f32x4 (i64x2.abs (i32x4.dot_i16x8_s (local.get 4) (local.get 4)))))",
           "unreachable",
       }) {
    EXPECT_TRUE(ReadsAll(code)) << code;
  }
}

TEST(CodeReader, RefusesWhatNoGuestMayUse) {
  for (const char* code : {
           "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))",
           "(drop (table.get 0 (i32.const 0)))",
           "(drop (ref.func $f))",
           "(local.set 4 (i8x16.relaxed_swizzle (local.get 4) (local.get 4)))",
       }) {
    EXPECT_FALSE(ReadsAll(code)) << code;
  }
}

}  // namespace
}  // namespace goru::wasm
