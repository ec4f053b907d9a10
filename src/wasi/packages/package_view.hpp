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
#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {

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
  PackageView(Layers layers, uint64_t generation, PackageViewLimits limits = {})
      : limits_(limits), layers_(std::move(layers)), generation_(generation) {}

  /// Replaces the layers that lie over those the view was made with.
  void SetTopLayers(const Layers& layers);

  /// A descriptor below kFirstPackageFile stands for /packages itself. `descriptor` is set to a number of ours.
  Errno OpenPath(uint32_t directory, std::string_view path, bool must_be_directory, uint32_t& descriptor);
  Errno StatPath(uint32_t directory, std::string_view path, Filestat& stat);
  Errno Stat(uint32_t descriptor, Filestat& stat);
  Errno Read(uint32_t descriptor, std::span<uint8_t> into, size_t& count);
  Errno Seek(uint32_t descriptor, int64_t offset, uint32_t whence, uint64_t& position);
  /// Writes entries from number `cookie` on; the last one may be cut off, as WASI has it.
  Errno ReadDirectory(uint32_t descriptor, uint64_t cookie, std::span<uint8_t> into, size_t& count);
  Errno Close(uint32_t descriptor);
  /// Whether the descriptor is one of ours; `is_directory` says what it is.
  bool IsOpen(uint32_t descriptor, bool& is_directory);

  /// The run has ended: an idle session holds no descriptors of the machine.
  void Rest();

 private:
  struct Opened {
    std::string path;
    PackageEntry entry;
    std::unique_ptr<PackageFile> file;
    uint64_t position = 0;
    /// Read when first asked for.
    std::optional<std::vector<PackageName>> names;
  };

  Opened* Find(uint32_t descriptor);
  /// Joins and normalises. Nothing where it leads out of /packages.
  std::optional<std::string> Resolve(uint32_t directory, std::string_view path, Errno& error);
  /// The layers that `path` may come from, in order.
  const Layers& Candidates(const std::string& path);
  Layers Owners(const std::string& top) const;
  Errno Look(const std::string& path, PackageEntry& entry);
  Errno List(const std::string& path, std::vector<PackageName>& names);
  Filestat Describe(const PackageEntry& entry) const;

  const PackageViewLimits limits_;
  std::mutex mutex_;
  Layers layers_;
  /// How many of them lie over those from the beginning.
  size_t top_layers_ = 0;
  uint64_t generation_;
  std::map<std::string, Layers> owners_;
  std::vector<std::unique_ptr<Opened>> opened_;
};

}  // namespace goru::wasi
