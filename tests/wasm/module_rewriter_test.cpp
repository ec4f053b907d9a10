#include "wasm/module_rewriter.hpp"

#include <gtest/gtest.h>

#include "common/wat.hpp"
#include "wasm/instance.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

using test::Call;
using test::Must;
using test::Start;
using test::Wat;

constexpr std::string_view kModule = R"((module
  (memory (export "memory") 2 5)
  (global $fixed i32 (i32.const 1))
  (global $small (mut i32) (i32.const -2))
  (global $large (mut i64) (i64.const 3))
  (data (i32.const 0) "hello")
  (func (export "sum") (result i64)
    (i64.add (i64.extend_i32_s (global.get $small)) (global.get $large)))
  (func (export "first") (result i32) (i32.load8_u (i32.const 0)))))";

TEST(ModuleRewriter, FindsMutableGlobals) {
  const auto globals = Must(ListMutableGlobals(Wat(kModule)));
  ASSERT_EQ(globals.size(), 2U);
  EXPECT_EQ(globals[0].index, 1U);
  EXPECT_EQ(globals[0].type, 0x7F);
  EXPECT_EQ(globals[1].index, 2U);
  EXPECT_EQ(globals[1].type, 0x7E);
  EXPECT_EQ(Must(InitialMemoryPages(Wat(kModule))), 2U);
}

TEST(ModuleRewriter, ExportsGlobals) {
  const auto module = Wat(kModule);
  const auto instance = Start(Must(ExportGlobals(module, Must(ListMutableGlobals(module)))));
  EXPECT_EQ(Must(instance->GlobalInteger(GlobalExportName(1))), -2);
  EXPECT_EQ(Must(instance->GlobalInteger(GlobalExportName(2))), 3);
  EXPECT_EQ(Call(*instance, "sum").i64, 1);
}

TEST(ModuleRewriter, ImageModuleStartsFromTheValuesAndWithoutData) {
  const auto module = Wat(kModule);
  for (const auto& [small, large] : std::vector<std::pair<int64_t, int64_t>>{
           {0, 0}, {-1, 63}, {64, -64}, {INT32_MAX, INT64_MIN}, {INT32_MIN, INT64_MAX - INT32_MAX}}) {
    const std::vector<GlobalValue> values = {{{1, 0x7F}, small}, {{2, 0x7E}, large}};
    const auto instance = Start(Must(MakeImageModule(module, 3, values)));
    EXPECT_EQ(instance->slot().size(), 3 * kWasmPageSize);
    EXPECT_EQ(Call(*instance, "sum").i64,
              static_cast<int64_t>(static_cast<uint64_t>(small) + static_cast<uint64_t>(large)));
    EXPECT_EQ(static_cast<int32_t>(Call(*instance, "first").i64), 0);
    const auto set = Start(Must(SetGlobals(module, values)));
    EXPECT_EQ(Call(*set, "sum").i64, static_cast<int64_t>(static_cast<uint64_t>(small) + static_cast<uint64_t>(large)));
    EXPECT_EQ(static_cast<int32_t>(Call(*set, "first").i64), 'h');
  }
}

TEST(ModuleRewriter, EveryPartOfAModuleIsReadOrRefused) {
  const auto module = Wat(kModule);
  const auto all = [](std::span<const uint8_t> bytes) {
    const auto globals = ListMutableGlobals(bytes);
    if (!globals) return false;
    (void)ExportGlobals(bytes, *globals);
    (void)MakeImageModule(bytes, 1, {});
    return true;
  };
  for (size_t size = 0; size < module.size(); ++size) (void)all(std::span(module).first(size));
  for (size_t at = 8; at < module.size(); ++at) {
    auto changed = module;
    changed[at] = 0xFF;
    (void)all(changed);
  }
  EXPECT_FALSE(all({}));
  EXPECT_FALSE(all(std::span(module).first(9)));
  EXPECT_TRUE(all(module));
}

TEST(ModuleRewriter, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(ListMutableGlobals(Wat("(module (global (mut f64) (f64.const 1)))")).ok());
  EXPECT_FALSE(ListMutableGlobals(Wat("(module (import \"a\" \"b\" (global (mut i32))))")).ok());
}

}  // namespace
}  // namespace goru::wasm
