#include "server/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goru::server {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ReadTarget, SplitsAndDecodes) {
  Request request;
  ASSERT_TRUE(ReadTarget("/v1/a%20b/c%2Fd?x=1&y=a+b%21&flag&z=", request));
  EXPECT_EQ(request.path, "/v1/a%20b/c%2Fd");
  EXPECT_THAT(request.segments, ElementsAre("v1", "a b", "c/d"));
  EXPECT_THAT(request.query, ElementsAre(Pair("flag", ""), Pair("x", "1"), Pair("y", "a b!"), Pair("z", "")));
  Request root;
  ASSERT_TRUE(ReadTarget("/", root));
  EXPECT_TRUE(root.segments.empty());
  Request slash;
  ASSERT_TRUE(ReadTarget("/a/", slash));
  EXPECT_THAT(slash.segments, ElementsAre("a", ""));
}

TEST(ReadTarget, RefusesWhatIsNone) {
  for (const char* target :
       {"", "*", "a", "http://x/", "/%", "/%4", "/%zz", "/%00", "/a/../b", "/%2e%2e/b", "/a#b", "/a?%x"}) {
    Request request;
    EXPECT_FALSE(ReadTarget(target, request)) << target;
  }
}

TEST(ReadTarget, TakesEveryByteSequenceWithoutHarm) {
  // Each text of up to four of these bytes.
  constexpr std::string_view kBytes = "/%2?&=.\xff";
  std::string target;
  const auto grow = [&](const auto& self, int left) -> void {
    Request request;
    if (ReadTarget(target, request)) {
      EXPECT_EQ(target.front(), '/');
      for (const std::string& segment : request.segments) EXPECT_NE(segment, "..");
    }
    if (left == 0) return;
    for (const char byte : kBytes) {
      target.push_back(byte);
      self(self, left - 1);
      target.pop_back();
    }
  };
  grow(grow, 5);
}

}  // namespace
}  // namespace goru::server
