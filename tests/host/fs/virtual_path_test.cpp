#include "host/fs/virtual_path.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace goru::host::fs {
namespace {

using namespace std::string_literals;

constexpr size_t kMaxBytes = 4096;

std::string Normal(std::string_view text) {
  PathFault fault = PathFault::kNone;
  const auto path = VirtualPath::Parse(text, kMaxBytes, fault);
  EXPECT_TRUE(path.has_value()) << text;
  return path ? path->text() : "";
}

VirtualPath Path(std::string_view text) {
  PathFault fault = PathFault::kNone;
  return *VirtualPath::Parse(text, kMaxBytes, fault);
}

TEST(VirtualPath, BecomesNormal) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"/", "/"},
                                                                  {"//", "/"},
                                                                  {"/.", "/"},
                                                                  {"/./", "/"},
                                                                  {"/a", "/a"},
                                                                  {"/a/", "/a"},
                                                                  {"//a///b//", "/a/b"},
                                                                  {"/./a/./b/.", "/a/b"},
                                                                  {"/...", "/..."},
                                                                  {"/..a/b..", "/..a/b.."},
                                                                  {"/a b/ ", "/a b/ "},
                                                                  {"/\xC3\xA4", "/\xC3\xA4"},
                                                                  {"/a\\b", "/a\\b"},
                                                                  {"/.hidden", "/.hidden"},
                                                                  {"/\n", "/\n"}};
  for (const auto& [text, normal] : cases) EXPECT_EQ(Normal(text), normal) << text;
}

TEST(VirtualPath, FaultsAreToldApart) {
  const std::vector<std::pair<std::string, PathFault>> cases = {
      {"", PathFault::kNotAbsolute},
      {"a", PathFault::kNotAbsolute},
      {"./a", PathFault::kNotAbsolute},
      {"../a", PathFault::kNotAbsolute},
      {"C:\\a", PathFault::kNotAbsolute},
      {"\0/a"s, PathFault::kNotAbsolute},
      {"/a\0b"s, PathFault::kNul},
      {"/\0"s, PathFault::kNul},
      {"/..", PathFault::kParent},
      {"/a/../b", PathFault::kParent},
      {"/a/..", PathFault::kParent},
      {"/a//..//b", PathFault::kParent},
      {"/\xFF", PathFault::kNotUtf8},
      {"/\xC0\xAF", PathFault::kNotUtf8},
      {"/\xED\xA0\x80", PathFault::kNotUtf8},
      {"/" + std::string(256, 'a'), PathFault::kComponentTooLong},
      {"/" + std::string(kMaxBytes, '/'), PathFault::kTooLong}};
  for (const auto& [text, expected] : cases) {
    PathFault fault = PathFault::kNone;
    EXPECT_FALSE(VirtualPath::Parse(text, kMaxBytes, fault)) << text;
    EXPECT_EQ(fault, expected) << text;
  }
}

TEST(VirtualPath, LongestThatIsAllowed) {
  EXPECT_EQ(Normal("/" + std::string(255, 'a')).size(), 256U);
  EXPECT_EQ(Normal(std::string(kMaxBytes, '/')), "/");
}

TEST(VirtualPath, NameIsTheLastComponent) {
  EXPECT_EQ(Path("/").name(), "/");
  EXPECT_EQ(Path("/a").name(), "a");
  EXPECT_EQ(Path("/a/bc/").name(), "bc");
}

TEST(VirtualPath, HoldsComponentsNotCharacters) {
  EXPECT_TRUE(Path("/").Holds(Path("/")));
  EXPECT_TRUE(Path("/").Holds(Path("/a")));
  EXPECT_TRUE(Path("/a").Holds(Path("/a")));
  EXPECT_TRUE(Path("/a").Holds(Path("/a/b")));
  EXPECT_FALSE(Path("/a").Holds(Path("/ab")));
  EXPECT_FALSE(Path("/a").Holds(Path("/")));
  EXPECT_FALSE(Path("/a/b").Holds(Path("/a")));
  EXPECT_EQ(Path("/").RelativeOf(Path("/a/b")), "a/b");
  EXPECT_EQ(Path("/a").RelativeOf(Path("/a/b")), "b");
  EXPECT_EQ(Path("/a").RelativeOf(Path("/a")), ".");
  EXPECT_EQ(Path("/").RelativeOf(Path("/")), ".");
}

/// The obvious way to say what a path is: its components.
std::optional<std::vector<std::string>> Components(const std::string& text) {
  if (text.empty() || text[0] != '/') return std::nullopt;
  std::vector<std::string> components;
  std::string current;
  for (const char c : text + "/") {
    if (c == '\0') return std::nullopt;
    if (c != '/') {
      current += c;
      continue;
    }
    if (current == "..") return std::nullopt;
    if (!current.empty() && current != ".") components.push_back(current);
    current.clear();
  }
  return components;
}

TEST(VirtualPath, AgreesWithAModel) {
  std::mt19937 random(20240607);
  constexpr std::string_view kAlphabet("/////...ab\0", 11);
  std::uniform_int_distribution<size_t> letter(0, kAlphabet.size() - 1);
  std::uniform_int_distribution<size_t> length(0, 12);
  for (int round = 0; round < 200'000; ++round) {
    std::string text = round % 4 == 0 ? "" : "/";
    for (size_t left = length(random); left > 0; --left) text += kAlphabet[letter(random)];
    PathFault fault = PathFault::kNone;
    const auto path = VirtualPath::Parse(text, kMaxBytes, fault);
    const auto components = Components(text);
    ASSERT_EQ(path.has_value(), components.has_value()) << testing::PrintToString(text);
    ASSERT_EQ(path.has_value(), fault == PathFault::kNone);
    if (!path) continue;
    std::string joined;
    for (const std::string& component : *components) joined += "/" + component;
    ASSERT_EQ(path->text(), joined.empty() ? "/" : joined) << testing::PrintToString(text);
    // Normal paths stay as they are.
    ASSERT_EQ(Normal(path->text()), path->text());
  }
}

}  // namespace
}  // namespace goru::host::fs
