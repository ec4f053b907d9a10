#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "support/file.hpp"
#include "support/open_beneath.hpp"
#include "support/unique_fd.hpp"
#include "wasi/packages/disk_read.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {
namespace {

using support::UniqueFd;

/// A directory that is held.
struct Root {
  std::shared_ptr<const UniqueFd> fd;
  bool local = false;

  /// Links are never followed, so that nothing is seen but what lies in the directory. Error EAGAIN: it would have to
  /// be waited for.
  UniqueFd Open(const std::string& path, int flags, Patience patience, int& error) const {
    const char* name = path.empty() ? "." : path.c_str();
    if (patience == Patience::kForDisk) {
      return support::TryOpenBeneath(fd->get(), name, flags, support::Links::kRefused, error);
    }
    error = EAGAIN;
    return local ? support::TryOpenCached(fd->get(), name, flags, support::Links::kRefused, error) : UniqueFd();
  }
};

/// Anything but regular files and directories does not exist for a guest.
Errno Describe(int fd, struct stat& status, PackageEntry& entry) {
  if (::fstat(fd, &status) != 0) return FromSystem(errno);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return kEnoent;
  entry.is_directory = S_ISDIR(status.st_mode);
  entry.size = entry.is_directory ? 0 : static_cast<uint64_t>(status.st_size);
  entry.inode = status.st_ino == 0 ? 1 : status.st_ino;
  return kSuccess;
}

// Opening a FIFO must not wait for a writer, and nothing may become a controlling terminal.
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

class DirectoryFile final : public PackageFile {
 public:
  DirectoryFile(Root root, std::string path, UniqueFd fd, const struct stat& status)
      : root_(std::move(root)),
        path_(std::move(path)),
        fd_(std::move(fd)),
        device_(status.st_dev),
        inode_(status.st_ino) {}

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, Patience patience) override {
    count = 0;
    if (const Errno error = Reopen(patience); error != kSuccess) return error;
    if (!root_.local && patience == Patience::kNone) return kEagain;
    return ReadFromDisk(fd_.get(), offset, into, count, patience);
  }

  void Rest() noexcept override { fd_ = UniqueFd(); }

 private:
  Errno Reopen(Patience patience) {
    if (fd_) return kSuccess;
    int failed = 0;
    UniqueFd fd = root_.Open(path_, kReadFlags, patience, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    PackageEntry entry;
    if (const Errno error = Describe(fd.get(), status, entry); error != kSuccess) return error;
    // Another file has taken its place since.
    if (status.st_dev != device_ || status.st_ino != inode_) return kEio;
    fd_ = std::move(fd);
    return kSuccess;
  }

  Root root_;
  std::string path_;
  UniqueFd fd_;
  dev_t device_;
  ino_t inode_;
};

class DirectoryLayer final : public PackageLayer {
 public:
  explicit DirectoryLayer(std::shared_ptr<const UniqueFd> root) {
    root_.local = IsLocalFileSystem(root->get());
    root_.fd = std::move(root);
  }

  Errno Stat(const std::string& path, PackageEntry& entry, Patience patience) const override {
    int failed = 0;
    const UniqueFd fd = root_.Open(path, O_PATH, patience, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    return Describe(fd.get(), status, entry);
  }

  Errno Open(const std::string& path, PackageEntry& entry, std::unique_ptr<PackageFile>& file,
             Patience patience) const override {
    int failed = 0;
    UniqueFd fd = root_.Open(path, kReadFlags, patience, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    if (const Errno error = Describe(fd.get(), status, entry); error != kSuccess) return error;
    if (!entry.is_directory) file = std::make_unique<DirectoryFile>(root_, path, std::move(fd), status);
    return kSuccess;
  }

  Errno List(const std::string& path, size_t limit, std::vector<PackageName>& names, Patience patience) const override {
    // Nothing says beforehand whether a listing is in memory.
    if (patience == Patience::kNone) return kEagain;
    int failed = 0;
    const UniqueFd fd = root_.Open(path, O_RDONLY | O_DIRECTORY, patience, failed);
    if (!fd) return FromSystem(failed);
    // fdopendir takes its descriptor for good.
    const int duplicate = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) return FromSystem(errno);
    DIR* stream = ::fdopendir(duplicate);
    if (stream == nullptr) {
      ::close(duplicate);
      return kEio;
    }
    while (names.size() < limit) {
      const dirent* found = ::readdir(stream);
      if (found == nullptr) break;
      const std::string_view name = &found->d_name[0];
      if (name == "." || name == "..") continue;
      PackageName item{std::string(name), {}};
      item.entry.inode = found->d_ino == 0 ? 1 : found->d_ino;
      item.entry.is_directory = found->d_type == DT_DIR;
      if (found->d_type == DT_UNKNOWN) {
        struct stat status = {};
        const bool known = ::fstatat(fd.get(), item.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
        if (!known || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) continue;
        item.entry.is_directory = S_ISDIR(status.st_mode);
      } else if (found->d_type != DT_DIR && found->d_type != DT_REG) {
        continue;
      }
      names.push_back(std::move(item));
    }
    ::closedir(stream);
    return kSuccess;
  }

 private:
  Root root_;
};

}  // namespace

bool IsLocalFileSystem(int fd) noexcept {
  struct statfs about = {};
  if (::fstatfs(fd, &about) != 0) return false;
  constexpr std::array<uint32_t, 9> kLocal = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,       BTRFS_SUPER_MAGIC,
                                              F2FS_SUPER_MAGIC, TMPFS_MAGIC,           RAMFS_MAGIC,
                                              SQUASHFS_MAGIC,   OVERLAYFS_SUPER_MAGIC, EROFS_SUPER_MAGIC_V1};
  return std::find(kLocal.begin(), kLocal.end(), static_cast<uint32_t>(about.f_type)) != kLocal.end();
}

bool IsMemoryFileSystem(int fd) noexcept {
  struct statfs about = {};
  if (::fstatfs(fd, &about) != 0) return false;
  const auto type = static_cast<uint32_t>(about.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

Expected<std::shared_ptr<const PackageLayer>> OpenPackageDirectory(const std::string& directory) {
  UniqueFd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return support::SystemError("cannot open the packages directory", directory);
  // Old kernels and strict filters lack openat2: say so now and not as a file that is missing.
  int failed = 0;
  if (!support::TryOpenBeneath(root.get(), ".", O_RDONLY | O_DIRECTORY, support::Links::kRefused, failed)) {
    errno = failed;
    return support::SystemError("cannot read the packages directory", directory);
  }
  return PackageDirectoryOf(std::make_shared<const UniqueFd>(std::move(root)));
}

std::shared_ptr<const PackageLayer> PackageDirectoryOf(std::shared_ptr<const UniqueFd> directory) {
  return std::make_shared<DirectoryLayer>(std::move(directory));
}

}  // namespace goru::wasi
