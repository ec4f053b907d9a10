#include "support/size_name.hpp"

#include <gtest/gtest.h>

namespace goru::support {
namespace {

TEST(SizeNameTest, TakesTheLargestUnitThatLeavesNoFraction) {
  EXPECT_EQ(SizeName(0), "0 bytes");
  EXPECT_EQ(SizeName(1), "1 byte");
  EXPECT_EQ(SizeName(1023), "1023 bytes");
  EXPECT_EQ(SizeName(1024), "1 KiB");
  EXPECT_EQ(SizeName(1536 * 1024), "1536 KiB");
  EXPECT_EQ(SizeName(uint64_t{64} << 20), "64 MiB");
  EXPECT_EQ(SizeName((uint64_t{64} << 20) + 1), "67108865 bytes");
  EXPECT_EQ(SizeName(uint64_t{2} << 30), "2 GiB");
}

}  // namespace
}  // namespace goru::support
