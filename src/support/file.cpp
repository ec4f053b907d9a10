#include "support/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "support/unique_fd.hpp"

namespace goru::support {

Error SystemError(const std::string& what, const std::string& path) {
  const int saved = errno;
  return Error{ErrorKind::kUnavailable, what + " " + path + ": " + std::generic_category().message(saved)};
}

Expected<std::vector<uint8_t>> ReadFile(const std::string& path, size_t max_size) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return SystemError("cannot open", path);
  struct stat st = {};
  if (::fstat(fd.get(), &st) != 0) return SystemError("cannot read", path);
  if (!S_ISREG(st.st_mode)) return Error{ErrorKind::kInvalidArgument, path + " is not a regular file"};
  const auto size = static_cast<uint64_t>(st.st_size);
  if (size > max_size) {
    return Error{ErrorKind::kInvalidArgument, path + " is larger than " + std::to_string(max_size) + " bytes"};
  }
  std::vector<uint8_t> bytes(size);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("cannot read", path);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

namespace {

/// Blocks of this size are looked at for zeros: a page, and what file systems keep.
constexpr size_t kBlock = 4096;

bool IsZero(std::span<const uint8_t> block) {
  return block.empty() || (block[0] == 0 && std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0);
}

bool WriteExactly(int fd, std::span<const uint8_t> data, uint64_t offset) {
  while (!data.empty()) {
    const ssize_t n = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data = data.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

}  // namespace

bool ReadExactly(int fd, uint64_t offset, std::span<uint8_t> into) {
  while (!into.empty()) {
    const ssize_t n = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    into = into.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

bool WriteSparse(int fd, std::span<const uint8_t> data, uint64_t offset) {
  // Blocks that hold something and lie together are written together.
  while (!data.empty()) {
    size_t length = 0;
    while (length < data.size() && !IsZero(data.subspan(length, std::min(kBlock, data.size() - length)))) {
      length = std::min(length + kBlock, data.size());
    }
    if (!WriteExactly(fd, data.first(length), offset)) return false;
    const size_t next = std::min(length + kBlock, data.size());
    data = data.subspan(next);
    offset += next;
  }
  return true;
}

std::string TemporaryNameFor(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return path + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
}

Expected<void> WriteFileAtomically(const std::string& path, std::span<const std::span<const uint8_t>> parts, int mode) {
  const std::string temporary = TemporaryNameFor(path);
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return SystemError("cannot create", temporary);
  uint64_t size = 0;
  bool written = true;
  for (const auto& part : parts) {
    written = written && WriteSparse(fd.get(), part, size);
    size += part.size();
  }
  written = written && ::ftruncate(fd.get(), static_cast<off_t>(size)) == 0 && ::fsync(fd.get()) == 0 &&
            ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    Error error = SystemError("cannot write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

}  // namespace goru::support
