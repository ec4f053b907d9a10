#include "host/fs/temporary_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "host/fs/errors.hpp"

namespace goru::host::fs {
namespace {

std::string UnguessableName() {
  std::array<uint8_t, 16> random = {};
  // So few bytes come whole, and without blocking once the system has started.
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) throw FsError(EIO);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = ".goru-";
  for (const uint8_t byte : random) {
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name + ".tmp";
}

}  // namespace

TemporaryFile::TemporaryFile(int parent, mode_t mode) : parent_(parent), name_(UnguessableName()) {
  fd_ = support::UniqueFd(::openat(parent_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd_) throw FsError(errno);
}

TemporaryFile::~TemporaryFile() {
  if (!renamed_) ::unlinkat(parent_, name_.c_str(), 0);
}

void TemporaryFile::Rename(const std::string& name) {
  if (::renameat(parent_, name_.c_str(), parent_, name.c_str()) != 0) throw FsError(errno);
  renamed_ = true;
}

}  // namespace goru::host::fs
