#include "host/value_size.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/allocated.hpp"
#include "support/stop_signal.hpp"

namespace goru::host {
namespace {

using nlohmann::json;

constexpr size_t kAny = SIZE_MAX;

ValueSize SizeOf(const json& value) {
  ValueSize size;
  EXPECT_EQ(Measure(value, kAny, kAny, nullptr, size), Measured::kWhole);
  return size;
}

json Repeat(size_t count, const json& item) {
  json list = json::array();
  list.get_ref<json::array_t&>().reserve(count);
  for (size_t i = 0; i < count; ++i) list.push_back(item);
  return list;
}

// The sanitizers have allocators of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ValueSize, IsAboutWhatTheAllocatorSays) {
  const std::vector<json> items = {
      nullptr,
      1,
      "short",
      std::string(100, 'x'),
      std::string(5'000, 'x'),
      json::binary(std::vector<uint8_t>(3'000)),
      json::array(),
      json::array({1, 2, 3}),
      json::object(),
      {{"a", 1}},
      {{"name", "file"}, {"is_dir", false}, {"size", 1}},
      {{"a key that is longer than fifteen bytes", {{"b", json::array({"c"})}}}},
  };
  for (const json& item : items) {
    const size_t before = test::Allocated();
    const json value = Repeat(2'000, item);
    const auto taken = static_cast<double>(test::Allocated() - before);
    const auto said = static_cast<double>(SizeOf(value).held);
    EXPECT_GE(said, 0.7 * taken) << item;
    EXPECT_LE(said, 1.5 * taken) << item;
  }
}
#endif

TEST(ValueSize, WrittenIsAboutTheLengthOfTheText) {
  EXPECT_EQ(SizeOf(nullptr).written, 8U);
  EXPECT_EQ(SizeOf("12345").written, 13U);
  EXPECT_EQ(SizeOf(json::binary({1, 2, 3})).written, 11U);
  EXPECT_EQ(SizeOf({{"key", json::array({1, 2})}}).written, 8U + 3 + 8 + 16);
}

TEST(ValueSize, AddsToWhatIsThere) {
  ValueSize size{.written = 100, .held = 1'000};
  EXPECT_EQ(Measure(1, kAny, kAny, nullptr, size), Measured::kWhole);
  EXPECT_EQ(size.written, 108U);
  EXPECT_EQ(size.held, 1'000U);
}

TEST(ValueSize, Depth) {
  json deep = 1;
  for (int i = 0; i < 10; ++i) deep = i % 2 == 0 ? json::array({deep}) : json{{"a", deep}};
  ValueSize size;
  EXPECT_EQ(Measure(deep, 10, kAny, nullptr, size), Measured::kWhole);
  EXPECT_EQ(Measure(deep, 9, kAny, nullptr, size), Measured::kTooDeep);
  EXPECT_EQ(Measure(1, 0, kAny, nullptr, size), Measured::kWhole);
  EXPECT_EQ(Measure(json::array(), 0, kAny, nullptr, size), Measured::kTooDeep);
}

TEST(ValueSize, StopsWhereItIsTooMuch) {
  ValueSize size;
  EXPECT_EQ(Measure(Repeat(1'000'000, "0123456789"), 10, 1'000, nullptr, size), Measured::kTooLarge);
  EXPECT_LE(size.written, 1'100U);
  EXPECT_EQ(Measure(std::string(1'001, 'x'), 10, 1'000, nullptr, size), Measured::kTooLarge);
}

TEST(ValueSize, StopsWhereTheRunDoes) {
  support::StopSignal signal;
  ValueSize size;
  const json many = Repeat(100'000, nullptr);
  EXPECT_EQ(Measure(many, kAny, kAny, &signal, size), Measured::kWhole);
  signal.Raise();
  size = {};
  EXPECT_EQ(Measure(many, kAny, kAny, &signal, size), Measured::kStopped);
  EXPECT_LT(size.written, 100'000U);
}

}  // namespace
}  // namespace goru::host
