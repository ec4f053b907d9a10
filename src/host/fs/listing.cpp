#include "host/fs/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"
#include "host/fs/status.hpp"
#include "support/utf8.hpp"

namespace goru::host::fs {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

FsError TooMany(size_t limit) {
  return {EFBIG, "the folder has more than " + std::to_string(limit) +
                     " entries (WithSessionFsLimits, FsLimits::list_entries)"};
}

/// Empty: no directory stands for the target.
Directory OpenDirectory(const Target& target) {
  if (target.mount == nullptr) return nullptr;
  int error = 0;
  support::UniqueFd fd;
  if (target.holds_mounts) {
    fd = TryOpenBeneath(target.mount->root.get(), target.relative, O_RDONLY | O_DIRECTORY, error);
    // Whatever else the host has there, mounts below hide it.
    if (!fd && (error == ENOENT || error == ENOTDIR)) return nullptr;
  }
  if (!fd) fd = OpenBeneath(target.mount->root.get(), target.relative, O_RDONLY | O_DIRECTORY);
  Directory directory(::fdopendir(fd.get()));
  if (!directory) throw FsError(errno);
  (void)fd.Release();
  return directory;
}

std::string Shown(const char* name) {
  return support::ToUtf8({reinterpret_cast<const uint8_t*>(name), std::strlen(name)});
}

/// Nothing, where the entry is gone by now.
bool Describe(const Target& target, int directory, const char* name, Listed& entry) {
  struct stat status = {};
  if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  entry.name = Shown(name);
  entry.is_link = S_ISLNK(status.st_mode);
  if (entry.is_link) {
    // Followed from the mount's root: what a link leads to has to be beneath that, not beneath the link's folder.
    int error = 0;
    const support::UniqueFd fd = TryOpenBeneath(target.mount->root.get(), target.relative + "/" + name, O_PATH, error);
    if (!fd) return true;
    status = StatusOf(fd.get());
  }
  const Status known = ToStatus(status);
  entry.is_dir = known.is_dir;
  entry.size = known.size;
  return true;
}

/// Counts what a listing takes before it is there, in steps that grow with it.
class Count {
 public:
  explicit Count(const CallContext& call) noexcept : call_(call) {}

  void Add(const Listed& entry) {
    // What it takes here, and then as an object of the answer.
    constexpr size_t kEntry = 512;
    counted_ += kEntry + entry.name.size();
    if (counted_ <= reserved_) return;
    constexpr size_t kSmallest = size_t{32} << 10;
    constexpr size_t kLargest = size_t{4} << 20;
    const size_t step = std::clamp(reserved_, kSmallest, kLargest);
    call_.Reserve(step);
    reserved_ += step;
  }

 private:
  const CallContext& call_;
  size_t counted_ = 0;
  size_t reserved_ = 0;
};

}  // namespace

std::vector<Listed> List(const Access& access, const VirtualPath& path) {
  const Target target = access.mounts.Locate(path);
  const size_t limit = access.limits.list_entries;
  const std::set<std::string> mounts = access.mounts.NamesIn(path);
  if (mounts.size() > limit) throw TooMany(limit);
  std::vector<Listed> entries;
  Count count(access.call);
  entries.reserve(mounts.size());
  for (const std::string& name : mounts) entries.push_back({.name = name, .is_dir = true});
  if (const Directory directory = OpenDirectory(target)) {
    for (;;) {
      ThrowIfStopped(access.stop);
      errno = 0;
      const struct dirent* const found = ::readdir(directory.get());
      if (found == nullptr && errno != 0) throw FsError(errno);
      if (found == nullptr) break;
      const std::string_view name = static_cast<const char*>(found->d_name);
      Listed entry;
      if (name == "." || name == ".." || mounts.contains(std::string(name))) continue;
      if (!Describe(target, ::dirfd(directory.get()), name.data(), entry)) continue;
      if (entries.size() == limit) throw TooMany(limit);
      count.Add(entry);
      entries.push_back(std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return entries;
}

}  // namespace goru::host::fs
