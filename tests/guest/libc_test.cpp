// What the guests have in the place of functions of the C library (tests/guest/libc/check.c).
#include <gtest/gtest.h>

#include "common/wat.hpp"
#include "support/file.hpp"

namespace goru::guest {
namespace {

using test::Must;

TEST(LibC, DoesWhatPlainLoopsDo) {
  const auto module = Must(support::ReadFile(GORU_TEST_LIBC, size_t{1} << 20));
  const auto instance = test::Start(module);
  EXPECT_EQ(test::Call(*instance, "check").i32, 0) << "the line of tests/guest/libc/check.c that failed";
}

}  // namespace
}  // namespace goru::guest
