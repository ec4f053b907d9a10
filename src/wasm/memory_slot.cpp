#include "wasm/memory_slot.hpp"

#include <sys/mman.h>

#include <array>
#include <cstring>

#include "support/file.hpp"
#include "wasm/dirty_pages.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {
namespace {

// A slot keeps this much changed memory resident for the next guest; what is beyond goes back to the system, so that
// one greedy guest does not make every later one look heavy.
constexpr size_t kKeepResident = size_t{2} << 20;

/// From the memory on. What lies in front of it is mapped with it.
constexpr size_t kMapped = MemorySlot::kReservation + MemorySlot::kGuard;

/// Makes grown memory part of the reservation again. Mapping over it would do the same in one call, but one that fails
/// half way leaves a hole in which the process may put something else.
bool GiveUp(uint8_t* address, size_t size) noexcept {
  return ::mprotect(address, size, PROT_NONE) == 0 && ::madvise(address, size, MADV_DONTNEED) == 0;
}

}  // namespace

MemorySlot::MemorySlot(uint8_t* base, std::shared_ptr<const MemoryImage> image) noexcept
    : base_(base), image_(std::move(image)), image_size_(image_ ? image_->size() : 0), size_(image_size_) {}

Expected<std::unique_ptr<MemorySlot>> MemorySlot::Create(std::shared_ptr<const MemoryImage> image) {
  void* mapping = ::mmap(nullptr, kFront + kMapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) {
    return Error{
        ErrorKind::kUnavailable,
        "cannot reserve 4 GiB of address space for a sandbox; raise the limit on virtual memory (ulimit -v) or "
        "vm.max_map_count, or close idle sessions"};
  }
  std::unique_ptr<MemorySlot> slot(new MemorySlot(static_cast<uint8_t*>(mapping) + kFront, std::move(image)));
  if (slot->image_ && !slot->image_->MapAt(slot->base_)) {
    return support::SystemError("cannot map", "memory image into a slot");
  }
  return slot;
}

MemorySlot::~MemorySlot() { ::munmap(base_ - kFront, kFront + kMapped); }

uint8_t* MemorySlot::OpenFront(size_t bytes) noexcept {
  uint8_t* front = base_ - kFront;
  if (bytes > front_open_) {
    if (bytes > kFront || ::mprotect(front, RoundUpToPage(bytes), PROT_READ | PROT_WRITE) != 0) return nullptr;
    front_open_ = RoundUpToPage(bytes);
  }
  return front;
}

bool MemorySlot::Grow(size_t new_size) noexcept {
  if (new_size > limit_) {
    limit_hit_ = true;
    return false;
  }
  const size_t end = RoundUpToPage(new_size);
  const size_t now = size();
  if (end <= now) return true;
  const size_t held = held_.bytes();
  if (!held_.Grow(end - now)) {
    limit_hit_ = budget_hit_ = true;
    return false;
  }
  if (::mprotect(base_ + now, end - now, PROT_READ | PROT_WRITE) != 0) {
    held_.ShrinkTo(held);
    return false;
  }
  exposed_ = 0;
  size_ = end;
  return true;
}

bool MemorySlot::ExposeBehind(size_t bytes) noexcept {
  if (bytes > kReservation - size()) return false;
  if (::mprotect(base_ + size(), bytes, PROT_READ | PROT_WRITE) != 0) return false;
  exposed_ = bytes;
  return true;
}

bool MemorySlot::Revoke() noexcept {
  revoked_.store(true);
  if (::mprotect(base_, size(), PROT_NONE) == 0) return true;
  // The whole slot is one mapping afterwards, which the kernel can have where it cannot have one more.
  return ::mprotect(base_, kMapped, PROT_NONE) == 0;
}

bool MemorySlot::Reset(ResetMethod method) noexcept {
  clear_limit_hit();
  if (accessible() > image_size_ && !GiveUp(base_ + image_size_, accessible() - image_size_)) return false;
  size_ = image_size_;
  exposed_ = 0;
  held_ = {};
  if (image_size_ == 0) return true;
  if (revoked_.load()) {
    if (::mprotect(base_, image_size_, PROT_READ | PROT_WRITE) != 0) return false;
    revoked_.store(false);
  }
  if (method != ResetMethod::kDiscard && CopyBackDirtyPages()) return true;
  if (method == ResetMethod::kDirtyPages) return false;
  // On a private file mapping this drops the guest's copies; the file's pages show through again.
  return ::madvise(base_, image_size_, MADV_DONTNEED) == 0;
}

bool MemorySlot::CopyBackDirtyPages() noexcept {
  const auto base = reinterpret_cast<uint64_t>(base_);
  const uint8_t* image = image_->bytes().data();
  size_t kept = 0;
  return ForEachDirtyRange(base, base + image_size_, [&](const PageRange& range) noexcept {
    const size_t offset = range.start - base;
    const size_t length = range.end - range.start;
    if (kept + length > kKeepResident) return ::madvise(base_ + offset, length, MADV_DONTNEED) == 0;
    std::memcpy(base_ + offset, image + offset, length);
    kept += length;
    return true;
  });
}

void MemorySlot::Warm() noexcept {
  if (!image_) return;
  for (const uint32_t page : image_->hot_pages()) {
    // Writing the byte that is there makes the page private without changing it.
    volatile uint8_t* byte = base_ + size_t{page} * kPageSize;
    *byte = *byte;
  }
}

size_t MemorySlot::PrivateBytes() const noexcept {
  const auto base = reinterpret_cast<uint64_t>(base_);
  size_t total = 0;
  const bool known = ForEachDirtyRange(base, base + size(), [&total](const PageRange& range) noexcept {
    total += range.end - range.start;
    return true;
  });
  return known ? total : 0;
}

bool MemorySlot::HasDirtyPageList() noexcept {
  static const bool has = [] {
    uint64_t start = 0;
    std::array<PageRange, 1> ranges;
    return ScanDirtyPages(start, kPageSize, ranges) >= 0;
  }();
  return has;
}

}  // namespace goru::wasm
