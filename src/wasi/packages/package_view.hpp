// What one session's /packages shows: layers, one upon another, and the files of them that its guest has open.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/abi.hpp"
#include "wasi/packages/disk_wait.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {

/// A view's own number for /packages itself; those from kFirstPackageFile on are what it has opened.
inline constexpr uint32_t kPackagesDir = 3;
inline constexpr uint32_t kFirstPackageFile = 6;

struct PackageViewLimits {
  /// Files and directories that one guest has open. An import has one open at a time.
  size_t open_files = 64;
  /// Larger files cannot be opened.
  uint64_t file_bytes = uint64_t{64} << 20;
  /// Names that a listing shows.
  size_t listed_names = 16'384;
};

/// Where two layers have the same module or package, the first one's counts for all of it; packages without __init__.py
/// are joined, as Python joins them. Everything a guest passes in is hostile. Thread-safe.
class PackageView {
 public:
  using Layers = std::vector<std::shared_ptr<const PackageLayer>>;

  /// `generation` is what Python sees as the directories' time of change: another number makes it look again. An image
  /// remembers what it has seen, so sessions of it whose layers differ have another number.
  ///
  /// Answers that are not in memory come from `threads`, so that a run whose disk hangs can be stopped. Null: the
  /// caller's thread waits.
  PackageView(Layers layers, uint64_t generation, PackageViewLimits limits = {},
              std::shared_ptr<DiskThreads> threads = nullptr)
      : limits_(limits), threads_(std::move(threads)), layers_(std::move(layers)), generation_(generation) {}

  /// Replaces the layers that lie over those the view was made with.
  void SetTopLayers(const Layers& layers);

  // `stop` is the run's: what comes first, the answer or the stop (kEintr), ends a call that has to wait. Null: only
  // the answer does.

  /// A descriptor below kFirstPackageFile stands for /packages itself. `descriptor` is set to a number of ours.
  Errno OpenPath(uint32_t directory, std::string_view path, bool must_be_directory, uint32_t& descriptor,
                 const SharedStop& stop = nullptr);
  Errno StatPath(uint32_t directory, std::string_view path, Filestat& stat, const SharedStop& stop = nullptr);
  Errno Stat(uint32_t descriptor, Filestat& stat);
  /// May give fewer bytes than there are, but 0 only behind the end.
  Errno Read(uint32_t descriptor, std::span<uint8_t> into, size_t& count, const SharedStop& stop = nullptr);
  Errno Seek(uint32_t descriptor, int64_t offset, uint32_t whence, uint64_t& position);
  /// Writes entries from number `cookie` on; the last one may be cut off, as WASI has it.
  Errno ReadDirectory(uint32_t descriptor, uint64_t cookie, std::span<uint8_t> into, size_t& count,
                      const SharedStop& stop = nullptr);
  Errno Close(uint32_t descriptor);
  /// Whether the descriptor is one of ours; `is_directory` says what it is.
  bool IsOpen(uint32_t descriptor, bool& is_directory);

  /// The run has ended: an idle session holds no descriptors of the machine.
  void Rest();

 private:
  struct Opened {
    std::string path;
    PackageEntry entry;
    /// Also of a thread that still waits for its disk.
    std::shared_ptr<PackageFile> file;
    uint64_t position = 0;
    /// Read when first asked for.
    std::optional<std::vector<PackageName>> names;
  };

  Opened* Find(uint32_t descriptor);
  /// Joins and normalises. Nothing where it leads out of /packages.
  std::optional<std::string> Resolve(uint32_t directory, std::string_view path, Errno& error);
  // What layers say, waited for where that has to be.
  using Layer = std::shared_ptr<const PackageLayer>;
  Errno StatIn(const Layer& layer, const std::string& path, PackageEntry& entry, const SharedStop& stop);
  Errno ListIn(const Layer& layer, const std::string& path, std::vector<PackageName>& names, const SharedStop& stop);
  Errno OpenIn(const Layer& layer, const std::string& path, Opened& opened, const SharedStop& stop);
  Errno ReadFile(const Opened& opened, std::span<uint8_t> into, size_t& count, const SharedStop& stop);

  /// The layers that `path` may come from, in order. An error: not all of them have answered.
  Errno Candidates(const std::string& path, Layers& layers, const SharedStop& stop);
  Errno Owners(const std::string& top, Layers& layers, const SharedStop& stop);
  Errno Look(const std::string& path, PackageEntry& entry, const SharedStop& stop);
  Errno List(const std::string& path, std::vector<PackageName>& names, const SharedStop& stop);
  Filestat Describe(const PackageEntry& entry) const;

  const PackageViewLimits limits_;
  const std::shared_ptr<DiskThreads> threads_;
  std::mutex mutex_;
  Layers layers_;
  /// How many of them lie over those from the beginning.
  size_t top_layers_ = 0;
  uint64_t generation_;
  std::map<std::string, Layers> owners_;
  std::vector<std::unique_ptr<Opened>> opened_;
  /// The listing of /packages itself.
  std::optional<std::vector<PackageName>> root_names_;
};

}  // namespace goru::wasi
