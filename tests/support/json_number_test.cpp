#include "support/json_number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace goru::support {
namespace {

using nlohmann::json;

TEST(WholeNumber, TakesWhatFits) {
  EXPECT_EQ(WholeNumber<uint32_t>(json::parse("4294967295")), UINT32_MAX);
  EXPECT_EQ(WholeNumber<uint64_t>(json::parse("18446744073709551615")), UINT64_MAX);
  EXPECT_EQ(WholeNumbers<uint32_t>(json::parse("[0, 7]")), (std::vector<uint32_t>{0, 7}));
}

TEST(WholeNumber, RefusesAllElse) {
  for (const char* text : {"-1", "1.5", "1e3", "1077777777777777777777777777", "\"1\"", "true", "null", "[]"}) {
    EXPECT_THROW(WholeNumber<uint64_t>(json::parse(text)), json::exception) << text;
  }
  EXPECT_THROW(WholeNumber<uint32_t>(json::parse("4294967296")), json::exception);
  EXPECT_THROW(WholeNumbers<uint32_t>(json::parse("[1, -1]")), json::exception);
  EXPECT_THROW(WholeNumbers<uint32_t>(json::parse("{}")), json::exception);
}

}  // namespace
}  // namespace goru::support
