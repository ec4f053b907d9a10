// The address range that one instance's linear memory lives in, made once and used again and again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "goru/error.hpp"
#include "support/byte_budget.hpp"
#include "wasm/memory_image.hpp"

namespace goru::wasm {

class RunGate;

/// A reservation large enough that the engine needs no bounds checks, with the image mapped privately at its start and
/// room to grow behind it. Everything outside size() faults.
///
/// One thread at a time, except Revoke, size() and accessible(): whoever interrupts a guest looks at its memory while
/// it may grow.
class MemorySlot {
 public:
  /// What the engine is told: 4 GiB that 32-bit addresses reach, and a guard for constant offsets behind them. An
  /// access whose offset and width are larger than the guard is compiled with a check of its own.
  static constexpr size_t kReservation = size_t{4} << 30;
  static constexpr size_t kGuard = size_t{32} << 20;
  /// Address space in front of the memory, for who keeps an instance there (native/guest_abi.h).
  static constexpr size_t kFront = size_t{64} << 10;

  /// How Reset finds what a guest changed.
  enum class ResetMethod {
    /// PAGEMAP_SCAN where the kernel has it (Linux 6.7), else kDiscard.
    kBest,
    /// The kernel's list of changed pages; they are copied back and stay resident.
    kDirtyPages,
    /// All private pages are dropped; the next guest takes page faults again.
    kDiscard,
  };

  /// A slot that starts as `image`, or empty where that is null.
  static Expected<std::unique_ptr<MemorySlot>> Create(std::shared_ptr<const MemoryImage> image);
  ~MemorySlot();
  MemorySlot(const MemorySlot&) = delete;
  MemorySlot& operator=(const MemorySlot&) = delete;

  uint8_t* base() const noexcept { return base_; }
  /// The first `bytes` of what lies in front of the memory, readable and writable from now on. Null: no memory. Reset
  /// leaves them alone: whoever uses them begins by writing there.
  [[nodiscard]] uint8_t* OpenFront(size_t bytes) noexcept;
  /// Whether `address` lies in the slot: in front, in the memory or in the guard. May be called in a signal handler.
  bool Contains(const void* address) const noexcept {
    const auto* at = static_cast<const uint8_t*>(address);
    return at >= base_ - kFront && at < base_ + kReservation + kGuard;
  }
  /// Bytes that the guest may touch now.
  size_t size() const noexcept { return size_.load(std::memory_order_acquire); }

  /// The gate of the instance that lives here, passed when the guest grows its memory. Null: no run can be stopped.
  void set_gate(RunGate* gate) noexcept { gate_ = gate; }
  RunGate* gate() const noexcept { return gate_; }

  /// The most that Grow allows; set for each guest. Never above 4 GiB.
  void set_limit(size_t bytes) noexcept { limit_ = bytes < kReservation ? bytes : kReservation; }
  size_t limit() const noexcept { return limit_; }
  /// True where Grow refused since the last Reset because of the limit, or because of the budget.
  bool limit_hit() const noexcept { return limit_hit_; }
  /// Forgets that a limit was hit; called when a run starts.
  void clear_limit_hit() noexcept { limit_hit_ = budget_hit_ = false; }

  /// `held`, which stands for size(), grows with it from now on: Grow refuses what its budget has no room for. What was
  /// held before is given back. Reset ends it.
  void set_held(support::HeldBytes held) noexcept { held_ = std::move(held); }
  /// Like limit_hit(), where it was that budget that refused.
  bool budget_hit() const noexcept { return budget_hit_; }

  /// Makes `new_size` bytes accessible (rounded up to whole pages); new bytes are zero. False: over the limit or
  /// the budget, or no memory; nothing has changed.
  [[nodiscard]] bool Grow(size_t new_size) noexcept;

  /// Makes `bytes` behind size() accessible without counting them: for memory that a guest is about to grow into. The
  /// next Grow or Reset ends it.
  [[nodiscard]] bool ExposeBehind(size_t bytes) noexcept;
  /// Bytes that host functions may touch: size(), and what ExposeBehind added.
  size_t accessible() const noexcept { return size() + exposed_.load(std::memory_order_acquire); }

  /// Takes all access away, from any thread, while the guest runs. Only Reset gives it back. False: the system refused
  /// (it is out of memory for its own tables), and some or all of the memory is still there; it can be tried again.
  [[nodiscard]] bool Revoke() noexcept;

  /// Makes the contents equal to the image again, whatever the guest did. False: the slot must not be used again.
  [[nodiscard]] bool Reset(ResetMethod method = ResetMethod::kBest) noexcept;

  /// Touches the image's hot pages for writing, so that the guest takes no page faults there.
  void Warm() noexcept;

  /// Bytes of private memory in the image's part of the slot, as the kernel counts them; 0 where it cannot say.
  size_t PrivateBytes() const noexcept;

  /// Whether the running kernel can list changed pages.
  static bool HasDirtyPageList() noexcept;

 private:
  MemorySlot(uint8_t* base, std::shared_ptr<const MemoryImage> image) noexcept;

  bool CopyBackDirtyPages() noexcept;

  uint8_t* base_;
  std::shared_ptr<const MemoryImage> image_;
  size_t image_size_;
  std::atomic<size_t> size_;
  std::atomic<size_t> exposed_{0};
  size_t limit_ = kReservation;
  bool limit_hit_ = false;
  bool budget_hit_ = false;
  support::HeldBytes held_;
  RunGate* gate_ = nullptr;
  std::atomic<bool> revoked_{false};
  size_t front_open_ = 0;
};

}  // namespace goru::wasm
