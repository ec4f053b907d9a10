#include "wasi/files/package_tree.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace goru::wasi {
namespace {

class OpenPackageFile final : public File {
 public:
  OpenPackageFile(PackageView& view, uint32_t number, bool is_directory) noexcept
      : view_(view), number_(number), is_directory_(is_directory) {}
  ~OpenPackageFile() override { (void)view_.Close(number_); }

  bool is_directory() const noexcept override { return is_directory_; }

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, const SharedStop& stop) override {
    uint64_t position = 0;
    count = 0;
    const Errno error = view_.Seek(number_, static_cast<int64_t>(offset), kWhenceSet, position);
    return error == kSuccess ? view_.Read(number_, into, count, stop) : error;
  }
  Errno Write(uint64_t& /*offset*/, bool /*append*/, std::span<const uint8_t> /*bytes*/, size_t& count,
              const SharedStop& /*stop*/) override {
    count = 0;
    return kErofs;
  }
  Errno Stat(Filestat& stat, const SharedStop& /*stop*/) override { return view_.Stat(number_, stat); }
  Errno SetSize(uint64_t /*size*/, const SharedStop& /*stop*/) override { return kErofs; }
  Errno SetTimes(const FileTimes& /*times*/, const SharedStop& /*stop*/) override { return kErofs; }
  Errno Sync(const SharedStop& /*stop*/) override { return kSuccess; }

  Errno ReadNames(uint64_t cookie, std::vector<DirectoryName>& names, const SharedStop& stop) override {
    // As the view writes them for a guest; the last one may be cut off.
    std::array<uint8_t, 8192> buffer;
    size_t count = 0;
    if (const Errno error = view_.ReadDirectory(number_, cookie, buffer, count, stop); error != kSuccess) return error;
    size_t at = 0;
    for (size_t i = 0; i < kNamesAtOnce; ++i) {
      Dirent header;
      if (count - at < sizeof(header)) break;
      std::memcpy(&header, buffer.data() + at, sizeof(header));
      at += sizeof(header);
      if (count - at < header.name_length) break;
      names.push_back({std::string(reinterpret_cast<const char*>(buffer.data() + at), header.name_length), header.inode,
                       header.type, header.next});
      at += header.name_length;
    }
    return kSuccess;
  }

 private:
  PackageView& view_;
  uint32_t number_;
  bool is_directory_;
};

class ViewTree final : public FileSystem {
 public:
  explicit ViewTree(PackageView& view) noexcept : view_(view) {}

  Errno Open(const std::string& path, const OpenHow& how, std::unique_ptr<File>& file,
             const SharedStop& stop) override {
    if (how.write || how.create || how.truncate) return kErofs;
    uint32_t number = 0;
    const Errno error = view_.OpenPath(kPackagesDir, path, how.must_be_directory, number, stop);
    if (error != kSuccess) return error;
    bool is_directory = false;
    (void)view_.IsOpen(number, is_directory);
    file = std::make_unique<OpenPackageFile>(view_, number, is_directory);
    return kSuccess;
  }
  Errno Stat(const std::string& path, bool /*follow*/, Filestat& stat, const SharedStop& stop) override {
    return view_.StatPath(kPackagesDir, path, stat, stop);
  }
  Errno MakeDirectory(const std::string& /*path*/, const SharedStop& /*stop*/) override { return kErofs; }
  Errno RemoveDirectory(const std::string& /*path*/, const SharedStop& /*stop*/) override { return kErofs; }
  Errno Unlink(const std::string& /*path*/, const SharedStop& /*stop*/) override { return kErofs; }
  Errno Rename(const std::string& /*from*/, const std::string& /*to*/, const SharedStop& /*stop*/) override {
    return kErofs;
  }
  Errno SetTimes(const std::string& /*path*/, bool /*follow*/, const FileTimes& /*times*/,
                 const SharedStop& /*stop*/) override {
    return kErofs;
  }
  Errno ReadLink(const std::string& path, std::string& /*target*/, const SharedStop& stop) override {
    Filestat stat = {};
    const Errno error = view_.StatPath(kPackagesDir, path, stat, stop);
    return error == kSuccess ? kEinval : error;
  }
  bool read_only() const noexcept override { return true; }

 private:
  PackageView& view_;
};

}  // namespace

std::shared_ptr<FileSystem> PackageTree(PackageView& view) { return std::make_shared<ViewTree>(view); }

}  // namespace goru::wasi
