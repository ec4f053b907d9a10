#include "support/json_free.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "common/allocated.hpp"

namespace goru::support {
namespace {

using nlohmann::json;

TEST(FreeJson, LeavesNothing) {
  json deep = "x";
  // Deeper than what crosses, and than a recursion would go.
  for (int i = 0; i < 100'000; ++i) deep = i % 2 == 0 ? json::array({std::move(deep)}) : json{{"k", std::move(deep)}};
  json values[] = {nullptr,
                   1,
                   "text",
                   json::binary({1, 2}),
                   json::array(),
                   json::object(),
                   {{"a", {1, {{"b", "c"}}}}, {"d", nullptr}},
                   std::move(deep)};
  for (json& value : values) {
    FreeJson(value);
    EXPECT_TRUE(value.is_null());
  }
}

TEST(FreeJson, GivesBackWhatTheValueTook) {
  const size_t before = test::Allocated();
  {
    json value = json::array();
    for (int i = 0; i < 100'000; ++i) value.push_back({{"some name", std::string(100, 'x')}, {"list", {1, 2, 3}}});
    ASSERT_GT(test::Allocated(), before + (size_t{10} << 20));
    const JsonFreed freed(value);
  }
  EXPECT_LT(test::Allocated(), before + (size_t{1} << 20));
}

}  // namespace
}  // namespace goru::support
