#include "host/fs/status.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "host/fs/beneath.hpp"
#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

bool MeansThatThereIsNone(int error) noexcept {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status ToStatus(const struct stat& status) noexcept {
  constexpr double kNanosecond = 1e-9;
  Status result;
  result.is_dir = S_ISDIR(status.st_mode);
  if (S_ISREG(status.st_mode)) result.size = static_cast<uint64_t>(std::max<off_t>(status.st_size, 0));
  result.mod_time =
      static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) * kNanosecond;
  return result;
}

Status GetStatus(const Access& access, const Target& target) {
  Status folder;
  folder.is_dir = true;
  folder.mod_time = access.mounts.made_at();
  if (target.mount == nullptr) return folder;
  if (!target.holds_mounts) {
    return ToStatus(StatusOf(OpenBeneath(target.mount->root.get(), target.relative, O_PATH).get()));
  }
  int error = 0;
  const support::UniqueFd real = TryOpenBeneath(target.mount->root.get(), target.relative, O_PATH | O_DIRECTORY, error);
  return real ? ToStatus(StatusOf(real.get())) : folder;
}

bool Exists(const Access& access, const VirtualPath& path) {
  try {
    (void)GetStatus(access, access.mounts.Locate(path));
    return true;
  } catch (const FsError& e) {
    if (MeansThatThereIsNone(e.code())) return false;
    throw;
  }
}

}  // namespace goru::host::fs
