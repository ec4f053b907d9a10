#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "support/file.hpp"
#include "support/open_beneath.hpp"
#include "support/unique_fd.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::wasi {
namespace {

using support::UniqueFd;

/// Links are never followed, so that nothing is seen but what lies in the directory.
UniqueFd OpenBelow(int directory, const std::string& path, int flags, int& error) {
  return support::TryOpenBeneath(directory, path.empty() ? "." : path, flags, support::Links::kRefused, error);
}

Errno FromSystem(int error) {
  switch (error) {
    case ENOENT:
    case ELOOP:
    case EXDEV:
      return kEnoent;
    case ENOTDIR:
      return kEnotdir;
    case EACCES:
    case EPERM:
      return kEacces;
    case ENAMETOOLONG:
      return kEnametoolong;
    case EMFILE:
    case ENFILE:
      return kEmfile;
    default:
      return kEio;
  }
}

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
  DirectoryFile(std::shared_ptr<const UniqueFd> root, std::string path, UniqueFd fd, const struct stat& status)
      : root_(std::move(root)),
        path_(std::move(path)),
        fd_(std::move(fd)),
        device_(status.st_dev),
        inode_(status.st_ino) {}

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count) override {
    count = 0;
    if (const Errno error = Reopen(); error != kSuccess) return error;
    while (!into.empty()) {
      const ssize_t n = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FromSystem(errno);
      if (n == 0) break;
      count += static_cast<size_t>(n);
      offset += static_cast<uint64_t>(n);
      into = into.subspan(static_cast<size_t>(n));
    }
    return kSuccess;
  }

  void Rest() noexcept override { fd_ = UniqueFd(); }

 private:
  Errno Reopen() {
    if (fd_) return kSuccess;
    int failed = 0;
    UniqueFd fd = OpenBelow(root_->get(), path_, kReadFlags, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    PackageEntry entry;
    if (const Errno error = Describe(fd.get(), status, entry); error != kSuccess) return error;
    // Another file has taken its place since.
    if (status.st_dev != device_ || status.st_ino != inode_) return kEio;
    fd_ = std::move(fd);
    return kSuccess;
  }

  std::shared_ptr<const UniqueFd> root_;
  std::string path_;
  UniqueFd fd_;
  dev_t device_;
  ino_t inode_;
};

class DirectoryLayer final : public PackageLayer {
 public:
  explicit DirectoryLayer(UniqueFd root) : root_(std::make_shared<const UniqueFd>(std::move(root))) {}

  Errno Stat(const std::string& path, PackageEntry& entry) const override {
    int failed = 0;
    const UniqueFd fd = OpenBelow(root_->get(), path, O_PATH, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    return Describe(fd.get(), status, entry);
  }

  Errno Open(const std::string& path, PackageEntry& entry, std::unique_ptr<PackageFile>& file) const override {
    int failed = 0;
    UniqueFd fd = OpenBelow(root_->get(), path, kReadFlags, failed);
    if (!fd) return FromSystem(failed);
    struct stat status = {};
    if (const Errno error = Describe(fd.get(), status, entry); error != kSuccess) return error;
    if (!entry.is_directory) file = std::make_unique<DirectoryFile>(root_, path, std::move(fd), status);
    return kSuccess;
  }

  Errno List(const std::string& path, size_t limit, std::vector<PackageName>& names) const override {
    int failed = 0;
    const UniqueFd fd = OpenBelow(root_->get(), path, O_RDONLY | O_DIRECTORY, failed);
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
  std::shared_ptr<const UniqueFd> root_;
};

}  // namespace

Expected<std::shared_ptr<const PackageLayer>> OpenPackageDirectory(const std::string& directory) {
  UniqueFd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return support::SystemError("cannot open the packages directory", directory);
  // Old kernels and strict filters lack openat2: say so now and not as a file that is missing.
  int failed = 0;
  if (!OpenBelow(root.get(), "", O_RDONLY | O_DIRECTORY, failed)) {
    errno = failed;
    return support::SystemError("cannot read the packages directory", directory);
  }
  return std::shared_ptr<const PackageLayer>(std::make_shared<DirectoryLayer>(std::move(root)));
}

}  // namespace goru::wasi
