#include "wasm/dirty_pages.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <atomic>

#include "support/process_generation.hpp"
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

/// The process's own: it shows the memory of the one that opened it, also to a child. -1: there is none. Stays open;
/// one that was inherited is left alone, as the number may be another file's by now.
int PagemapFd() noexcept {
  // The generation that opened it above, and the descriptor and one below.
  static constinit std::atomic<uint64_t> opened = 0;
  const auto fd_of = [](uint64_t both) { return static_cast<int>(both & UINT32_MAX) - 1; };
  const uint64_t generation = support::ProcessGeneration() << 32;
  uint64_t known = opened.load(std::memory_order_relaxed);
  if (known >= generation) return fd_of(known);
  support::UniqueFd fd(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  const auto number = static_cast<uint32_t>(fd.get() + 1);
  if (!opened.compare_exchange_strong(known, generation | number)) return fd_of(known);
  return fd.Release();
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
