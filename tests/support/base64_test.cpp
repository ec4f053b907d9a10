#include "support/base64.hpp"

#include <gtest/gtest.h>

namespace goru::support {
namespace {

TEST(Base64, TestVectorsOfTheRfc) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(ToBase64(bytes), text);
}

TEST(Base64, AllDigitsAreUsed) {
  EXPECT_EQ(ToBase64({"\x00\x10\x83\x10\x51\x87\x20\x92\x8b\xff\xff", 11}), "ABCDEFGHIJKL//8=");
  EXPECT_EQ(ToBase64("\xfb\xef\xbe"), "++++");
}

}  // namespace
}  // namespace goru::support
