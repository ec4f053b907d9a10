// For whom a thread is at work.
#pragma once

namespace goru::support {

/// While it exists, this thread works for something of `owner`, besides what it worked for before. Ends on the same
/// thread, in the reverse order.
class WorkFor {
 public:
  /// `owner` is compared with others and nothing else.
  explicit WorkFor(const void* owner) noexcept : owner_(owner) { Innermost() = this; }
  ~WorkFor() { Innermost() = outer_; }
  WorkFor(const WorkFor&) = delete;
  WorkFor& operator=(const WorkFor&) = delete;

  /// Whether this thread is at work for `owner`, now or further out.
  static bool Is(const void* owner) noexcept {
    for (const WorkFor* work = Innermost(); work != nullptr; work = work->outer_) {
      if (work->owner_ == owner) return true;
    }
    return false;
  }

 private:
  static const WorkFor*& Innermost() noexcept {
    thread_local const WorkFor* innermost = nullptr;
    return innermost;
  }

  const void* const owner_;
  const WorkFor* const outer_ = Innermost();
};

}  // namespace goru::support
