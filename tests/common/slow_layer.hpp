// Packages on a disk that takes its time.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "wasi/packages/package_layer.hpp"

namespace goru::test {

/// A disk that answers nothing until it is let go.
class SlowDisk {
 public:
  void LetGo() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    changed_.notify_all();
  }
  /// Returns when somebody waits for the disk.
  void AwaitWaiter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return gone_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool gone_ = false;
  size_t waiting_ = 0;
};

/// One module, "slow.py". What has to wait for the disk is in `slow`: "stat", "list", "open", "read"; the rest is in
/// memory.
class SlowLayer final : public wasi::PackageLayer {
 public:
  SlowLayer(std::shared_ptr<SlowDisk> disk, std::vector<std::string> slow)
      : disk_(std::move(disk)), slow_(std::move(slow)) {}

  wasi::Errno Stat(const std::string& path, wasi::PackageEntry& entry, wasi::Patience patience) const override {
    return Answer("stat", patience, [&] { return Find(path, entry); });
  }
  wasi::Errno List(const std::string& path, size_t limit, std::vector<wasi::PackageName>& names,
                   wasi::Patience patience) const override {
    return Answer("list", patience, [&] {
      if (!path.empty()) return wasi::kEnoent;
      wasi::PackageEntry entry;
      (void)Find(kName, entry);
      if (limit > 0) names.push_back({kName, entry});
      return wasi::kSuccess;
    });
  }
  wasi::Errno Open(const std::string& path, wasi::PackageEntry& entry, std::unique_ptr<wasi::PackageFile>& file,
                   wasi::Patience patience) const override {
    return Answer("open", patience, [&] {
      const wasi::Errno error = Find(path, entry);
      if (error == wasi::kSuccess && !entry.is_directory) file = std::make_unique<File>(*this);
      return error;
    });
  }

 private:
  static constexpr const char* kName = "slow.py";
  static constexpr std::string_view kText = "x = 5\n";

  class File final : public wasi::PackageFile {
   public:
    explicit File(const SlowLayer& layer) : disk_(layer.disk_), slow_(layer.slow_) {}
    wasi::Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, wasi::Patience patience) override {
      if (std::find(slow_.begin(), slow_.end(), "read") != slow_.end()) {
        if (patience == wasi::Patience::kNone) return wasi::kEagain;
        disk_->Wait();
      }
      count = std::min<size_t>(into.size(), kText.size() - std::min<size_t>(offset, kText.size()));
      std::memcpy(into.data(), kText.data() + std::min<size_t>(offset, kText.size()), count);
      return wasi::kSuccess;
    }

   private:
    std::shared_ptr<SlowDisk> disk_;
    std::vector<std::string> slow_;
  };

  static wasi::Errno Find(const std::string& path, wasi::PackageEntry& entry) {
    entry = {};
    entry.is_directory = path.empty();
    entry.size = path.empty() ? 0 : kText.size();
    return path.empty() || path == kName ? wasi::kSuccess : wasi::kEnoent;
  }
  template <typename Work>
  wasi::Errno Answer(const char* what, wasi::Patience patience, const Work& work) const {
    if (std::find(slow_.begin(), slow_.end(), what) == slow_.end()) return work();
    if (patience == wasi::Patience::kNone) return wasi::kEagain;
    disk_->Wait();
    return work();
  }

  std::shared_ptr<SlowDisk> disk_;
  std::vector<std::string> slow_;
};

}  // namespace goru::test
