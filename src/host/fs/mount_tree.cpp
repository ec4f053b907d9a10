#include "host/fs/mount_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <new>
#include <utility>

#include "host/fs/access.hpp"
#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/size_limit.hpp"
#include "host/fs/tree.hpp"
#include "support/open_beneath.hpp"
#include "support/utf8.hpp"
#include "wasi/packages/disk_read.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::host::fs {
namespace {

using support::UniqueFd;
using wasi::DirectoryName;
using wasi::Errno;
using wasi::Filestat;
using wasi::FileTimes;
using wasi::OpenHow;
using wasi::SharedStop;

/// What is written or read at a time, which takes less than a millisecond; from a disk that is waited for, with a copy.
constexpr size_t kPiece = size_t{1} << 20;
constexpr size_t kPieceFromDisk = size_t{256} << 10;
/// Nobody can make and remove a file again and again for so long by chance.
constexpr int kMaxAttempts = 128;
/// What the process's umask leaves of it, as with any program.
constexpr mode_t kNewFile = 0666;

template <typename Work>
Errno Guarded(const Work& work) {
  try {
    return work();
  } catch (const FsError& e) {
    return e.code() == 0 ? wasi::kEinval : wasi::ToErrno(e.code());
  } catch (const std::bad_alloc&) {
    return wasi::kEnomem;
  }
}

Errno LastError() { return wasi::ToErrno(errno); }

/// What trees and files of one mount have in common.
struct Site {
  std::shared_ptr<Shared> shared;
  std::shared_ptr<const MountTable> table;
  const MountPoint* mount = nullptr;
  std::shared_ptr<wasi::DiskThreads> threads;
  uint64_t device = 0;
  DiskTraits disk;

  int root() const noexcept { return mount->root.get(); }
  Target Changed() const { return {.path = mount->path, .mount = mount, .relative = {}, .holds_mounts = false}; }
};
using SharedSite = std::shared_ptr<const Site>;

/// Does `work(answer)`: here, where it asks no disk, or on a thread for disks. `work` owns all that it refers to.
template <typename Answer, typename Work>
Errno Perform(const Site& site, bool here, const SharedStop& stop, Answer& answer, Work work) {
  if (here || site.threads == nullptr || stop == nullptr) return Guarded([&] { return work(answer); });
  const auto shared = std::make_shared<Answer>();
  const Errno error = wasi::WaitForDisk(site.threads.get(), stop, [shared, work = std::move(work)]() mutable {
    return Guarded([&] { return work(*shared); });
  });
  if (error == wasi::kSuccess) answer = std::move(*shared);
  return error;
}

/// Whether the kernel knows the folder that `path` is in.
bool IsWarm(const Site& site, const std::string& path) {
  if (site.disk.in_memory) return true;
  if (!site.disk.local) return false;
  const size_t slash = path.rfind('/');
  int error = 0;
  const UniqueFd fd =
      support::TryOpenCached(site.root(), slash == std::string::npos ? "." : path.substr(0, slash).c_str(),
                             O_PATH | O_DIRECTORY, support::Links::kFollowed, error);
  return fd || error != EAGAIN;
}
/// And what it names.
bool IsWarmFile(const Site& site, const std::string& path) {
  if (site.disk.in_memory) return true;
  if (!site.disk.local) return false;
  int error = 0;
  const UniqueFd fd = support::TryOpenCached(site.root(), path.c_str(), O_PATH, support::Links::kFollowed, error);
  return fd || error != EAGAIN;
}
/// Whether an open changes nothing and asks no disk. What changes a file system waits for its journal, and that for the
/// disk.
bool OpensHere(const Site& site, const std::string& path, const OpenHow& how) {
  if (site.disk.in_memory || !(how.create || how.truncate)) return IsWarmFile(site, path);
  if (!site.disk.local || how.truncate) return false;
  int error = 0;
  return static_cast<bool>(support::TryOpenCached(site.root(), path.c_str(), O_PATH, support::Links::kFollowed, error));
}

Filestat Describe(const Site& site, const struct stat& status) {
  constexpr uint64_t kSecond = 1'000'000'000;
  const auto time = [](const timespec& t) {
    return t.tv_sec < 0 ? 0 : static_cast<uint64_t>(t.tv_sec) * kSecond + static_cast<uint64_t>(t.tv_nsec);
  };
  Filestat stat = {};
  stat.device = site.device;
  stat.inode = status.st_ino;
  stat.type = wasi::kTypeUnknown;
  if (S_ISREG(status.st_mode)) stat.type = wasi::kTypeRegularFile;
  if (S_ISDIR(status.st_mode)) stat.type = wasi::kTypeDirectory;
  if (S_ISLNK(status.st_mode)) stat.type = wasi::kTypeSymbolicLink;
  if (S_ISCHR(status.st_mode)) stat.type = wasi::kTypeCharacterDevice;
  if (S_ISBLK(status.st_mode)) stat.type = wasi::kTypeBlockDevice;
  stat.links = status.st_nlink;
  if (S_ISREG(status.st_mode)) stat.size = static_cast<uint64_t>(std::max<off_t>(status.st_size, 0));
  stat.accessed = time(status.st_atim);
  stat.modified = time(status.st_mtim);
  stat.changed = time(status.st_ctim);
  return stat;
}

std::array<timespec, 2> ToSystem(const FileTimes& times) {
  const auto one = [](const std::optional<uint64_t>& time) {
    constexpr uint64_t kSecond = 1'000'000'000;
    timespec out = {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
    if (time) out = {.tv_sec = static_cast<time_t>(*time / kSecond), .tv_nsec = static_cast<long>(*time % kSecond)};
    return out;
  };
  return {one(times.accessed), one(times.modified)};
}

uint8_t TypeOf(unsigned char type) {
  switch (type) {
    case DT_REG:
      return wasi::kTypeRegularFile;
    case DT_DIR:
      return wasi::kTypeDirectory;
    case DT_LNK:
      return wasi::kTypeSymbolicLink;
    case DT_CHR:
      return wasi::kTypeCharacterDevice;
    case DT_BLK:
      return wasi::kTypeBlockDevice;
    default:
      return wasi::kTypeUnknown;
  }
}

/// The machine's side of an open file. A thread that still waits for its disk has it as well.
struct Handle {
  UniqueFd fd;
  dev_t device = 0;
  ino_t inode = 0;
  /// What it is opened with again.
  int flags = O_RDONLY;
  std::string path;
};

/// Opens again what Rest closed. Throws FsError.
void Reopen(const Site& site, Handle& handle) {
  if (handle.fd) return;
  RegularFile file = OpenRegular(site.root(), handle.path, handle.flags);
  // Another file has taken its place since.
  if (file.status.st_dev != handle.device || file.status.st_ino != handle.inode) throw FsError(ESTALE);
  handle.fd = std::move(file.fd);
}

struct Moved {
  std::vector<uint8_t> bytes;
  size_t count = 0;
  uint64_t end = 0;
};

/// Takes what a write adds from what the session may write, the hole that it leaves before itself too. Throws FsError.
Errno ChargeWrite(const Site& site, const Handle& handle, uint64_t offset, bool append, size_t size) {
  uint64_t hole = 0;
  if (!append) {
    const auto end = static_cast<uint64_t>(std::max<off_t>(StatusOf(handle.fd.get()).st_size, 0));
    hole = offset > end ? offset - end : 0;
  }
  site.shared->quota().Charge(hole + size);
  return wasi::kSuccess;
}

/// Writes at `offset`, or at the end. kEagain: without patience it cannot be done. Throws FsError.
Errno WriteTo(const Handle& handle, uint64_t offset, bool append, std::span<const uint8_t> bytes, size_t& count,
              uint64_t& end, wasi::Patience patience) {
  if (append) {
    const auto size = static_cast<uint64_t>(std::max<off_t>(StatusOf(handle.fd.get()).st_size, 0));
    RequireBelowSizeLimit(size, bytes.size());
  } else {
    RequireBelowSizeLimit(offset, bytes.size());
  }
  const iovec piece = {.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()};
  const int flags = (append ? RWF_APPEND : 0) | (patience == wasi::Patience::kNone ? RWF_NOWAIT : 0);
  for (;;) {
    const ssize_t n = ::pwritev2(handle.fd.get(), &piece, 1, append ? 0 : static_cast<off_t>(offset), flags);
    if (n < 0 && errno == EINTR) continue;
    // Some file systems cannot say whether they would wait, ext4 among them.
    if (n < 0 && errno == EOPNOTSUPP && patience == wasi::Patience::kNone) return wasi::kEagain;
    if (n < 0) return LastError();
    count = static_cast<size_t>(n);
    break;
  }
  end = append ? static_cast<uint64_t>(std::max<off_t>(StatusOf(handle.fd.get()).st_size, 0)) : offset + count;
  return wasi::kSuccess;
}

class MountFile final : public wasi::File {
 public:
  MountFile(SharedSite site, std::shared_ptr<Handle> handle) noexcept
      : site_(std::move(site)), handle_(std::move(handle)) {}

  bool is_directory() const noexcept override { return false; }

  Errno Read(uint64_t offset, std::span<uint8_t> into, size_t& count, const SharedStop& stop) override {
    count = 0;
    into = into.first(std::min(into.size(), kPiece));
    if (site_->disk.local && handle_->fd) {
      const Errno error = wasi::ReadFromDisk(handle_->fd.get(), offset, into, count, wasi::Patience::kNone);
      if (error != wasi::kEagain) return error;
    }
    Moved moved;
    // Not into the guest's memory, which may be another's by the time the disk answers.
    const Errno error =
        Wait(stop, false, moved,
             [offset, size = std::min(into.size(), kPieceFromDisk)](const Site& site, Handle& handle, Moved& out) {
               Reopen(site, handle);
               out.bytes.resize(size);
               return wasi::ReadFromDisk(handle.fd.get(), offset, out.bytes, out.count, wasi::Patience::kForDisk);
             });
    if (error != wasi::kSuccess) return error;
    count = moved.count;
    if (count > 0) std::memcpy(into.data(), moved.bytes.data(), count);
    return wasi::kSuccess;
  }

  Errno Write(uint64_t& offset, bool append, std::span<const uint8_t> bytes, size_t& count,
              const SharedStop& stop) override {
    count = 0;
    if (bytes.empty()) return wasi::kSuccess;
    bytes = bytes.first(std::min(bytes.size(), site_->disk.in_memory ? kPiece : kPieceFromDisk));
    bool charged = false;
    if (site_->disk.local && handle_->fd) {
      const Errno refused = Guarded([&] { return ChargeWrite(*site_, *handle_, offset, append, bytes.size()); });
      if (refused != wasi::kSuccess) return refused;
      charged = true;
      const auto patience = site_->disk.in_memory ? wasi::Patience::kForDisk : wasi::Patience::kNone;
      const Errno error = Guarded([&] { return WriteTo(*handle_, offset, append, bytes, count, offset, patience); });
      if (error != wasi::kEagain) return error;
    }
    Moved moved;
    const auto copy = std::make_shared<const std::vector<uint8_t>>(bytes.begin(), bytes.end());
    const Errno error = Wait(stop, false, moved, [=](const Site& site, Handle& handle, Moved& out) {
      Reopen(site, handle);
      if (!charged) (void)ChargeWrite(site, handle, offset, append, copy->size());
      return WriteTo(handle, offset, append, *copy, out.count, out.end, wasi::Patience::kForDisk);
    });
    if (error != wasi::kSuccess) return error;
    count = moved.count;
    offset = moved.end;
    return wasi::kSuccess;
  }

  Errno Stat(Filestat& stat, const SharedStop& stop) override {
    return Wait(stop, site_->disk.local && handle_->fd, stat, [](const Site& site, Handle& handle, Filestat& out) {
      Reopen(site, handle);
      out = Describe(site, StatusOf(handle.fd.get()));
      return wasi::kSuccess;
    });
  }

  Errno SetSize(uint64_t size, const SharedStop& stop) override {
    Moved none;
    return Wait(stop, site_->disk.in_memory, none, [size](const Site& site, Handle& handle, Moved& /*out*/) {
      Reopen(site, handle);
      const auto now = static_cast<uint64_t>(std::max<off_t>(StatusOf(handle.fd.get()).st_size, 0));
      if (size > now) {
        RequireBelowSizeLimit(now, size - now);
        site.shared->quota().Charge(size - now);
      }
      return ::ftruncate(handle.fd.get(), static_cast<off_t>(size)) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno SetTimes(const FileTimes& times, const SharedStop& stop) override {
    Moved none;
    return Wait(stop, site_->disk.in_memory, none, [times](const Site& site, Handle& handle, Moved& /*out*/) {
      Reopen(site, handle);
      RequireChange(site.Changed());
      return ::futimens(handle.fd.get(), ToSystem(times).data()) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno Sync(const SharedStop& stop) override {
    Moved none;
    return Wait(stop, false, none, [](const Site& site, Handle& handle, Moved& /*out*/) {
      Reopen(site, handle);
      return ::fsync(handle.fd.get()) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno ReadNames(uint64_t /*cookie*/, std::vector<DirectoryName>& /*names*/, const SharedStop& /*stop*/) override {
    return wasi::kEnotdir;
  }

  void Rest() noexcept override {
    struct stat status = {};
    // One whose name is gone could not be found again.
    if (!handle_->fd || ::fstat(handle_->fd.get(), &status) != 0 || status.st_nlink == 0) return;
    handle_->fd = UniqueFd();
  }

 private:
  /// Whoever was stopped leaves the file to the thread that still has it.
  template <typename Answer, typename Work>
  Errno Wait(const SharedStop& stop, bool here, Answer& answer, Work work) {
    if (gone_) return wasi::kEio;
    const Errno error = fs::Perform(
        *site_, here, stop, answer,
        [site = site_, handle = handle_, work = std::move(work)](Answer& out) { return work(*site, *handle, out); });
    gone_ = error == wasi::kEintr;
    return error;
  }

  SharedSite site_;
  std::shared_ptr<Handle> handle_;
  bool gone_ = false;
};

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

struct Stream {
  std::unique_ptr<DIR, CloseDirectory> directory;
  uint64_t at = 0;
  std::string path;
};

class MountDirectory final : public wasi::File {
 public:
  MountDirectory(SharedSite site, std::string path) : site_(std::move(site)), stream_(std::make_shared<Stream>()) {
    stream_->path = std::move(path);
  }

  bool is_directory() const noexcept override { return true; }
  Errno Read(uint64_t /*o*/, std::span<uint8_t> /*into*/, size_t& /*count*/, const SharedStop& /*stop*/) override {
    return wasi::kEisdir;
  }
  Errno Write(uint64_t& /*offset*/, bool /*append*/, std::span<const uint8_t> /*bytes*/, size_t& /*count*/,
              const SharedStop& /*stop*/) override {
    return wasi::kEisdir;
  }
  Errno SetSize(uint64_t /*size*/, const SharedStop& /*stop*/) override { return wasi::kEisdir; }

  Errno Stat(Filestat& stat, const SharedStop& stop) override {
    const std::string& path = stream_->path;
    return fs::Perform(*site_, IsWarmFile(*site_, path), stop, stat, [site = site_, path](Filestat& out) {
      out = Describe(*site, StatusOf(OpenBeneath(site->root(), path, O_PATH).get()));
      return wasi::kSuccess;
    });
  }

  Errno SetTimes(const FileTimes& times, const SharedStop& stop) override {
    const std::string& path = stream_->path;
    Moved none;
    return fs::Perform(*site_, site_->disk.in_memory, stop, none, [site = site_, path, times](Moved& /*out*/) {
      RequireChange(site->Changed());
      const UniqueFd fd = OpenBeneath(site->root(), path, O_RDONLY | O_DIRECTORY);
      return ::futimens(fd.get(), ToSystem(times).data()) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno Sync(const SharedStop& stop) override {
    Moved none;
    return fs::Perform(*site_, false, stop, none, [site = site_, path = stream_->path](Moved& /*out*/) {
      const UniqueFd fd = OpenBeneath(site->root(), path, O_RDONLY | O_DIRECTORY);
      return ::fsync(fd.get()) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno ReadNames(uint64_t cookie, std::vector<DirectoryName>& names, const SharedStop& stop) override {
    // Nothing says beforehand whether a listing is in memory; a local one that was begun is read on.
    const bool here = site_->disk.local && stream_->directory != nullptr && IsWarmFile(*site_, stream_->path);
    std::vector<DirectoryName> found;
    const Errno error = fs::Perform(*site_, here, stop, found,
                                    [site = site_, stream = stream_, cookie](std::vector<DirectoryName>& out) {
                                      return Next(*site, *stream, cookie, out);
                                    });
    // The thread that waits for the disk has the stream from now on.
    if (error == wasi::kEintr) {
      auto fresh = std::make_shared<Stream>();
      fresh->path = stream_->path;
      stream_ = std::move(fresh);
    }
    if (error == wasi::kSuccess) names = std::move(found);
    return error;
  }

  void Rest() noexcept override { stream_->directory.reset(); }

 private:
  static Errno Next(const Site& site, Stream& stream, uint64_t cookie, std::vector<DirectoryName>& names) {
    if (stream.directory == nullptr) {
      UniqueFd fd = OpenBeneath(site.root(), stream.path, O_RDONLY | O_DIRECTORY);
      stream.directory.reset(::fdopendir(fd.get()));
      if (stream.directory == nullptr) return LastError();
      (void)fd.Release();
      stream.at = 0;
    }
    if (cookie == 0) ::rewinddir(stream.directory.get());
    if (cookie != 0 && cookie != stream.at) ::seekdir(stream.directory.get(), static_cast<long>(cookie));
    stream.at = cookie;
    while (names.size() < kNamesAtOnce) {
      errno = 0;
      const struct dirent* const found = ::readdir(stream.directory.get());
      if (found == nullptr && errno != 0) return LastError();
      if (found == nullptr) break;
      stream.at = static_cast<uint64_t>(found->d_off);
      const std::string_view name = static_cast<const char*>(found->d_name);
      if (name == "." || name == "..") continue;
      names.push_back({support::ToUtf8({reinterpret_cast<const uint8_t*>(name.data()), name.size()}),
                       found->d_ino == 0 ? 1 : found->d_ino, TypeOf(found->d_type), stream.at});
    }
    return wasi::kSuccess;
  }

  SharedSite site_;
  std::shared_ptr<Stream> stream_;
};

int AccessOf(const OpenHow& how) {
  if (!how.write) return O_RDONLY;
  return how.read ? O_RDWR : O_WRONLY;
}

/// Makes a file that is not there. False: somebody else has made it meanwhile. Throws FsError.
bool MakeFile(const Site& site, const std::string& path, const OpenHow& how, Handle& handle) {
  // A symbolic link that leads nowhere yet says where the file is to be; who asks for a new one gets no link's.
  const DirectoryEntry entry = how.exclusive ? OpenParent(site.root(), path) : FollowLast(site.root(), path);
  if (how.exclusive && entry.Status()) throw FsError(EEXIST);
  RequireCreate(site.Changed());
  site.shared->quota().Charge(Quota::kNewEntry);
  handle.fd = UniqueFd(::openat(entry.parent.get(), entry.name.c_str(),
                                AccessOf(how) | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kNewFile));
  if (!handle.fd && errno == EEXIST && !how.exclusive) return false;
  if (!handle.fd) throw FsError(errno);
  const struct stat status = StatusOf(handle.fd.get());
  handle.device = status.st_dev;
  handle.inode = status.st_ino;
  return true;
}

/// What a guest writes is no program that runs as its owner. Throws FsError.
void RequirePlainPermissions(const RegularFile& file) {
  constexpr mode_t kSpecial = S_ISUID | S_ISGID;
  constexpr mode_t kPermissions = 0777;
  if ((file.status.st_mode & kSpecial) == 0) return;
  if (::fchmod(file.fd.get(), file.status.st_mode & kPermissions) != 0) throw FsError(errno);
}

struct OpenAnswer {
  std::unique_ptr<wasi::File> file;
};

Errno OpenAt(const SharedSite& site, const std::string& path, const OpenHow& how, OpenAnswer& answer) {
  const bool changes = how.write || how.truncate;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    int error = 0;
    const int follow = how.follow && !(how.create && how.exclusive) ? 0 : O_NOFOLLOW;
    const UniqueFd seen = TryOpenBeneath(site->root(), path, O_PATH | follow, error);
    if (!seen && error == EXDEV) throw FsError::LeadsOut();
    if (!seen && (error != ENOENT || !how.create)) throw FsError(error);
    auto handle = std::make_shared<Handle>();
    handle->flags = AccessOf(how);
    handle->path = path;
    if (!seen) {
      if (how.must_be_directory) return wasi::kEisdir;
      if (!MakeFile(*site, path, how, *handle)) continue;
      answer.file = std::make_unique<MountFile>(site, std::move(handle));
      return wasi::kSuccess;
    }
    if (how.create && how.exclusive) return wasi::kEexist;
    const struct stat status = StatusOf(seen.get());
    if (S_ISLNK(status.st_mode)) return wasi::kEloop;
    if (S_ISDIR(status.st_mode)) {
      if (changes || how.create) return wasi::kEisdir;
      // That it may be read is seen now and not at the first name.
      (void)OpenBeneath(site->root(), path, O_RDONLY | O_DIRECTORY);
      answer.file = std::make_unique<MountDirectory>(site, path);
      return wasi::kSuccess;
    }
    if (how.must_be_directory) return wasi::kEnotdir;
    if (changes) RequireChange(site->Changed());
    // It may have gone meanwhile; then it is made, or is missing.
    RegularFile file;
    try {
      file = OpenRegular(site->root(), path, how.truncate && !how.write ? O_RDWR : AccessOf(how));
    } catch (const FsError& e) {
      if (e.code() == ENOENT && how.create) continue;
      throw;
    }
    if (changes) RequirePlainPermissions(file);
    if (how.truncate && ::ftruncate(file.fd.get(), 0) != 0) throw FsError(errno);
    handle->device = file.status.st_dev;
    handle->inode = file.status.st_ino;
    handle->fd = std::move(file.fd);
    answer.file = std::make_unique<MountFile>(site, std::move(handle));
    return wasi::kSuccess;
  }
  throw FsError(EIO, "the file is being replaced again and again");
}

class MountTree final : public wasi::FileSystem {
 public:
  explicit MountTree(SharedSite site) noexcept : site_(std::move(site)) {}

  Errno Open(const std::string& path, const OpenHow& how, std::unique_ptr<wasi::File>& file,
             const SharedStop& stop) override {
    OpenAnswer answer;
    const std::string at = Here(path);
    const Errno error = fs::Perform(*site_, OpensHere(*site_, at, how), stop, answer,
                                    [site = site_, at, how](OpenAnswer& out) { return OpenAt(site, at, how, out); });
    if (error == wasi::kSuccess) file = std::move(answer.file);
    return error;
  }

  Errno Stat(const std::string& path, bool follow, Filestat& stat, const SharedStop& stop) override {
    const std::string at = Here(path);
    return fs::Perform(*site_, IsWarmFile(*site_, at), stop, stat, [site = site_, at, follow](Filestat& out) {
      const int flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
      out = Describe(*site, StatusOf(OpenBeneath(site->root(), at, flags).get()));
      return wasi::kSuccess;
    });
  }

  Errno MakeDirectory(const std::string& path, const SharedStop& stop) override {
    return Change(path, stop, [](const Access& access, const VirtualPath& at) { fs::MakeDirectory(access, at, {}); });
  }
  Errno RemoveDirectory(const std::string& path, const SharedStop& stop) override {
    return Change(path, stop,
                  [](const Access& access, const VirtualPath& at) { fs::Remove(access, at, Removed::kFolder); });
  }
  Errno Unlink(const std::string& path, const SharedStop& stop) override {
    return Change(path, stop,
                  [](const Access& access, const VirtualPath& at) { fs::Remove(access, at, Removed::kFile); });
  }
  Errno Rename(const std::string& from, const std::string& to, const SharedStop& stop) override {
    return Change(from, stop, [target = Virtual(to)](const Access& access, const VirtualPath& at) {
      if (!target) throw FsError(ENAMETOOLONG);
      fs::Rename(access, at, *target);
    });
  }

  Errno SetTimes(const std::string& path, bool follow, const FileTimes& times, const SharedStop& stop) override {
    const std::string at = Here(path);
    Moved none;
    return fs::Perform(*site_, site_->disk.in_memory, stop, none, [site = site_, at, follow, times](Moved& /*out*/) {
      RequireChange(site->Changed());
      const UniqueFd fd = OpenBeneath(site->root(), at, O_PATH | (follow ? 0 : O_NOFOLLOW));
      return ::utimensat(fd.get(), "", ToSystem(times).data(), AT_EMPTY_PATH) == 0 ? wasi::kSuccess : LastError();
    });
  }

  Errno ReadLink(const std::string& path, std::string& target, const SharedStop& stop) override {
    const std::string at = Here(path);
    return fs::Perform(*site_, IsWarm(*site_, at), stop, target, [site = site_, at](std::string& out) {
      const UniqueFd fd = OpenBeneath(site->root(), at, O_PATH | O_NOFOLLOW);
      std::array<char, PATH_MAX> buffer = {};
      const ssize_t length = ::readlinkat(fd.get(), "", buffer.data(), buffer.size());
      // What is no link has no name here either.
      if (length < 0) return errno == ENOENT ? wasi::kEinval : LastError();
      out.assign(buffer.data(), static_cast<size_t>(length));
      // Where the host keeps things is nobody's business.
      return out.starts_with('/') ? wasi::kEacces : wasi::kSuccess;
    });
  }

  bool read_only() const noexcept override { return site_->mount->mode == MountMode::kReadOnly; }

 private:
  static std::string Here(const std::string& path) { return path.empty() ? "." : path; }

  std::optional<VirtualPath> Virtual(const std::string& path) const {
    const VirtualPath& mount = site_->mount->path;
    PathFault fault = PathFault::kNone;
    return VirtualPath::Parse((mount.is_root() ? "" : mount.text()) + "/" + path, PATH_MAX, fault);
  }

  /// What fs does as well, done as it does it.
  template <typename Step>
  Errno Change(const std::string& path, const SharedStop& stop, const Step& step) {
    const std::optional<VirtualPath> at = Virtual(path);
    if (!at) return wasi::kEnametoolong;
    Moved none;
    return fs::Perform(*site_, site_->disk.in_memory, stop, none, [site = site_, at, step](Moved& /*out*/) {
      static const std::stop_token never;
      static const CallContext no_call;
      const Access access{*site->table, site->shared->limits(), site->shared->quota(), never, no_call};
      step(access, *at);
      return wasi::kSuccess;
    });
  }

  SharedSite site_;
};

}  // namespace

DiskTraits DiskTraitsOf(int fd) noexcept {
  return {.local = wasi::IsLocalFileSystem(fd), .in_memory = wasi::IsMemoryFileSystem(fd)};
}

std::vector<wasi::PlacedTree> MountTrees(const std::shared_ptr<Shared>& shared,
                                         const std::shared_ptr<wasi::DiskThreads>& threads,
                                         DiskTraits (*traits_of)(int fd)) {
  std::vector<wasi::PlacedTree> trees;
  const std::shared_ptr<const MountTable> table = shared->mounts();
  if (!table) return trees;
  // 1 to 3 are the session's own.
  uint64_t device = 4;
  for (const MountPoint& mount : table->mounts()) {
    auto site = std::make_shared<Site>();
    site->shared = shared;
    site->table = table;
    site->mount = &mount;
    site->threads = threads;
    site->device = device++;
    site->disk = traits_of(mount.root.get());
    trees.push_back({mount.path.text().substr(1), std::make_shared<MountTree>(std::move(site))});
  }
  return trees;
}

}  // namespace goru::host::fs
