#include "packages/version.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace goru::packages {
namespace {

TEST(VersionTest, MajorVersionsBehind) {
  EXPECT_EQ(MajorVersionsBehind("1.10.27", "2.14"), 1U);
  EXPECT_EQ(MajorVersionsBehind("2.0", "2.14"), 0U);
  EXPECT_EQ(MajorVersionsBehind("3.0", "2.14"), 0U);
  EXPECT_EQ(MajorVersionsBehind("1", "4.0"), 3U);
  EXPECT_EQ(MajorVersionsBehind("0.9", "1.0"), 2U);
  EXPECT_EQ(MajorVersionsBehind("0.1", "0.9"), 0U);
  EXPECT_EQ(MajorVersionsBehind("1!1.0", "1!3.0"), 2U);
  EXPECT_EQ(MajorVersionsBehind("none", "2.0"), 0U);
  EXPECT_EQ(MajorVersionsBehind("1.0", std::string(100, '9')), 0U);
}

TEST(VersionTest, VersionsHaveOneForm) {
  const std::vector<std::pair<const char*, const char*>> forms = {
      {"1.0", "1"},
      {"v1.0.0", "1"},
      {"1.10", "1.10"},
      {"01.02", "1.2"},
      {"0", "0"},
      {"0.0", "0"},
      {"0!1.2", "1.2"},
      {"2!1.2", "2!1.2"},
      {"1.0a1", "1a1"},
      {"1.0-ALPHA.01", "1a1"},
      {"1.0.beta", "1b0"},
      {"1.0_preview_3", "1rc3"},
      {"1.0c2", "1rc2"},
      {"1.0-1", "1.post1"},
      {"1.0.post", "1.post0"},
      {"1.0rev4", "1.post4"},
      {"1.0.dev3", "1.dev3"},
      {"1.0rc1.post2.dev3", "1rc1.post2.dev3"},
      {"1.0+Ubuntu_1-02.x0", "1+ubuntu.1.2.x0"},
      {"2024.11.26", "2024.11.26"},
  };
  for (const auto& [text, form] : forms) EXPECT_EQ(CanonicalVersion(text).value_or("none"), form) << text;
}

TEST(VersionTest, OtherTextsAreNone) {
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "v",
                                          "a1",
                                          "1.",
                                          "1..0",
                                          ".1",
                                          "1!",
                                          "!1",
                                          "1.0+",
                                          "1.0+a+b",
                                          "1.0+.a",
                                          "1.0.*",
                                          "1.0 a",
                                          " 1.0",
                                          "1.0 ",
                                          "1.0\n",
                                          "1/2",
                                          "1.0-",
                                          "1.0--1",
                                          "1.0dev3post2",
                                          "1.0x",
                                          std::string("1\0", 2),
                                          std::string(300, '1')};
  for (const std::string& text : texts) EXPECT_FALSE(CanonicalVersion(text)) << text;
}

TEST(VersionTest, FileNamesMayWriteThemOtherwise) {
  EXPECT_TRUE(IsVersionInFileName("1.0", "1.0.0"));
  EXPECT_TRUE(IsVersionInFileName("1.0", "1.0 "));
  EXPECT_TRUE(IsVersionInFileName("1.0+local_1", "1.0+local.1"));
  EXPECT_TRUE(IsVersionInFileName("1.0_local", "1.0+local"));
  EXPECT_TRUE(IsVersionInFileName("1.0_1", "1.0-1"));
  EXPECT_TRUE(IsVersionInFileName("2004d", "2004d"));
  EXPECT_FALSE(IsVersionInFileName("1.0", "1.1"));
  EXPECT_FALSE(IsVersionInFileName("1.0", "1.0.post1"));
  EXPECT_FALSE(IsVersionInFileName("1.0", "1.0+local"));
  EXPECT_FALSE(IsVersionInFileName("1.0", ""));
  EXPECT_FALSE(IsVersionInFileName("", ""));
}

}  // namespace
}  // namespace goru::packages
