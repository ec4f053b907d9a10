#include "wasm/dirty_pages.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "support/unique_fd.hpp"

namespace goru::wasm {
namespace {

// The kernel's interface (uapi/linux/fs.h), stated here because Debian 12's headers are older than the call.
struct PmScanArg {
  uint64_t size;
  uint64_t flags;
  uint64_t start;
  uint64_t end;
  uint64_t walk_end;
  uint64_t vec;
  uint64_t vec_len;
  uint64_t max_pages;
  uint64_t category_inverted;
  uint64_t category_mask;
  uint64_t category_anyof_mask;
  uint64_t return_mask;
};

struct PageRegion {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
};

constexpr uint64_t kPageIsFile = 1 << 2;
constexpr uint64_t kPageIsPresent = 1 << 3;
constexpr uint64_t kPageIsSwapped = 1 << 4;

int PagemapFd() noexcept {
  static const support::UniqueFd fd(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  return fd.get();
}

}  // namespace

int ScanDirtyPages(uint64_t& start, uint64_t end, std::span<PageRange> out) noexcept {
  std::array<PageRegion, 64> regions;
  PmScanArg arg = {};
  arg.size = sizeof(arg);
  arg.start = start;
  arg.end = end;
  arg.vec = reinterpret_cast<uint64_t>(regions.data());
  arg.vec_len = out.size() < regions.size() ? out.size() : regions.size();
  // Pages that are not the file's (inverted) and present or swapped. One return category, so that neighbours merge.
  arg.category_inverted = kPageIsFile;
  arg.category_mask = kPageIsFile;
  arg.category_anyof_mask = kPageIsPresent | kPageIsSwapped;
  arg.return_mask = kPageIsFile;
  const int count = ::ioctl(PagemapFd(), _IOWR('f', 16, PmScanArg), &arg);
  if (count < 0) return -1;
  start = arg.walk_end;
  for (int i = 0; i < count; ++i)
    out[static_cast<size_t>(i)] = {regions[static_cast<size_t>(i)].start, regions[static_cast<size_t>(i)].end};
  return count;
}

}  // namespace goru::wasm
