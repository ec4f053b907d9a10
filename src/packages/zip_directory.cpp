#include "packages/zip_directory.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "support/file.hpp"

namespace goru::packages {
namespace {

constexpr std::string_view kEnd("PK\5\6", 4);
constexpr std::string_view kEnd64("PK\6\7", 4);
constexpr std::string_view kEntry("PK\1\2", 4);
constexpr size_t kEndBytes = 22;
constexpr size_t kEnd64Bytes = 20;
constexpr size_t kEntryBytes = 46;
/// The end may be followed by a comment.
constexpr size_t kTailBytes = size_t{65'535} + kEndBytes + kEnd64Bytes;
/// Archives within the archive may have theirs in the tail as well.
constexpr size_t kMaxEnds = 16;

uint32_t Number(std::span<const uint8_t> bytes, size_t at, size_t width) {
  uint32_t value = 0;
  for (size_t i = width; i > 0; --i) value = value << 8U | bytes[at + i - 1];
  return value;
}

bool Has(std::span<const uint8_t> bytes, size_t at, std::string_view signature) {
  return at + signature.size() <= bytes.size() &&
         std::memcmp(bytes.data() + at, signature.data(), signature.size()) == 0;
}

/// Entries from `offset` on, as far as they are some; no more than `most` are counted.
size_t CountEntries(int fd, uint64_t size, uint64_t offset, size_t most) {
  std::vector<uint8_t> buffer(size_t{64} << 10);
  uint64_t start = 0;
  size_t filled = 0;
  size_t count = 0;
  for (; count < most && offset + kEntryBytes <= size; ++count) {
    if (offset < start || offset + kEntryBytes > start + filled) {
      start = offset;
      filled = static_cast<size_t>(std::min<uint64_t>(buffer.size(), size - start));
      if (!support::ReadExactly(fd, start, std::span(buffer).first(filled))) break;
    }
    const auto entry = std::span(buffer).subspan(static_cast<size_t>(offset - start), kEntryBytes);
    if (!Has(entry, 0, kEntry)) break;
    offset += kEntryBytes + Number(entry, 28, 2) + Number(entry, 30, 2) + Number(entry, 32, 2);
  }
  return count;
}

}  // namespace

Expected<void> CheckZipDirectory(int fd, size_t entries) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0 || status.st_size < 0) return Error{ErrorKind::kUnavailable, "it cannot be read"};
  const auto size = static_cast<uint64_t>(status.st_size);
  std::vector<uint8_t> tail(static_cast<size_t>(std::min<uint64_t>(size, kTailBytes)));
  if (!support::ReadExactly(fd, size - tail.size(), tail)) return Error{ErrorKind::kUnavailable, "it cannot be read"};
  size_t ends = 0;
  for (size_t at = 0; at + kEndBytes <= tail.size(); ++at) {
    if (!Has(tail, at, kEnd)) continue;
    if (++ends > kMaxEnds) return Error{ErrorKind::kUnavailable, "it is not one zip archive but many"};
    if (at >= kEnd64Bytes && Has(tail, at - kEnd64Bytes, kEnd64)) {
      return Error{ErrorKind::kUnavailable, "it has sizes of 64 bits, which goru does not unpack"};
    }
    const size_t count = CountEntries(fd, size, Number(tail, at + 16, 4), entries + 1);
    if (count > entries) return Error{ErrorKind::kUnavailable, "it has more files than goru unpacks"};
  }
  return {};
}

}  // namespace goru::packages
