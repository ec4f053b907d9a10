#include "guest/word_patch.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace goru::guest {
namespace {

std::vector<uint8_t> Bytes(const std::vector<uint32_t>& words) {
  std::vector<uint8_t> out(words.size() * sizeof(uint32_t));
  if (!out.empty()) std::memcpy(out.data(), words.data(), out.size());
  return out;
}

const WordPatch patch = {{0, std::nullopt, 1000, 500}, 3, 2800};

TEST(WordPatch, ChangesTheOneWord) {
  auto memory = Bytes({9, 0, 77, 1000, 500, 9});
  ASSERT_TRUE(Apply(patch, memory).ok());
  EXPECT_EQ(memory, Bytes({9, 0, 77, 1000, 2800, 9}));
  // At either end.
  memory = Bytes({0, 1, 1000, 500});
  ASSERT_TRUE(Apply(patch, memory).ok());
  EXPECT_EQ(memory, Bytes({0, 1, 1000, 2800}));
}

TEST(WordPatch, OnlyWhereThereIsExactlyOnePlace) {
  for (const auto& words :
       std::vector<std::vector<uint32_t>>{{}, {0, 1, 1000}, {0, 1, 1000, 501}, {0, 1, 1000, 500, 0, 2, 1000, 500}}) {
    auto memory = Bytes(words);
    const auto applied = Apply(patch, memory);
    ASSERT_FALSE(applied.ok());
    EXPECT_EQ(applied.error().kind, ErrorKind::kInvalidArgument);
    EXPECT_EQ(memory, Bytes(words));
  }
  // Not aligned.
  auto memory = Bytes({0, 1, 1000, 500});
  memory.insert(memory.begin(), 0);
  EXPECT_FALSE(Apply(patch, memory).ok());
}

}  // namespace
}  // namespace goru::guest
