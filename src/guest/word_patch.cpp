#include "guest/word_patch.hpp"

#include <cstring>

namespace goru::guest {
namespace {

bool Matches(const WordPatch& patch, const uint8_t* at) {
  for (const std::optional<uint32_t>& wanted : patch.find) {
    uint32_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    if (wanted && *wanted != word) return false;
    at += sizeof(word);
  }
  return true;
}

}  // namespace

Expected<void> Apply(const WordPatch& patch, std::span<uint8_t> memory) {
  const size_t size = patch.find.size() * sizeof(uint32_t);
  uint8_t* found = nullptr;
  for (size_t at = 0; at + size <= memory.size(); at += sizeof(uint32_t)) {
    if (!Matches(patch, &memory[at])) continue;
    if (found != nullptr) return Error{ErrorKind::kInvalidArgument, "the words to change stand in more than one place"};
    found = &memory[at];
  }
  if (found == nullptr || patch.at >= patch.find.size()) {
    return Error{ErrorKind::kInvalidArgument, "the words to change are not in the guest's memory"};
  }
  std::memcpy(found + patch.at * sizeof(uint32_t), &patch.value, sizeof(patch.value));
  return {};
}

}  // namespace goru::guest
