// The kernel's list of pages that a process changed in a private file mapping.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace goru::wasm {

/// A run of pages, [start, end), as addresses.
struct PageRange {
  uint64_t start;
  uint64_t end;
};

/// Lists the pages of [start, end) that are present or swapped out and no longer backed by the mapped file, in order
/// and in pieces: each call fills `out` and moves `start` behind what was looked at. Returns the number of ranges, or
/// -1 where the kernel cannot say. The list is complete when `start` has reached `end`.
/// Uses ioctl PAGEMAP_SCAN (Linux 6.7, Documentation/admin-guide/mm/pagemap.rst).
int ScanDirtyPages(uint64_t& start, uint64_t end, std::span<PageRange> out) noexcept;

/// Calls `visit(range)` for each run of such pages, in order. False where the kernel cannot say, or where `visit`
/// returns false, which ends it.
template <typename Visit>
bool ForEachDirtyRange(uint64_t start, uint64_t end, Visit visit) noexcept(noexcept(visit(PageRange{}))) {
  std::array<PageRange, 64> ranges;
  while (start < end) {
    const uint64_t before = start;
    const int count = ScanDirtyPages(start, end, ranges);
    if (count < 0 || (count == 0 && start == before)) return false;
    for (int i = 0; i < count; ++i) {
      if (!visit(ranges[static_cast<size_t>(i)])) return false;
    }
  }
  return true;
}

}  // namespace goru::wasm
