#include "support/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool IsZero(std::span<const uint8_t> block) {
  return block.empty() || (block[0] == 0 && std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0);
}

/// Writes in blocks and skips those that hold only zeros: the file is sparse where the data is.
bool WriteSparse(int fd, std::span<const uint8_t> data, off_t offset) {
  constexpr size_t kBlock = 4096;
  while (!data.empty()) {
    size_t n = data.size() < kBlock ? data.size() : kBlock;
    const auto block = data.first(n);
    if (!IsZero(block)) {
      size_t done = 0;
      while (done < n) {
        const ssize_t w = ::pwrite(fd, block.data() + done, n - done, offset + static_cast<off_t>(done));
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return false;
        done += static_cast<size_t>(w);
      }
    }
    data = data.subspan(n);
    offset += static_cast<off_t>(n);
  }
  return true;
}

}  // namespace

Expected<void> WriteFileAtomically(const std::string& path, std::span<const std::span<const uint8_t>> parts, int mode) {
  static std::atomic<unsigned> counter{0};
  const std::string temporary = path + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return SystemError("cannot create", temporary);
  off_t offset = 0;
  bool written = true;
  for (const auto& part : parts) {
    written = written && WriteSparse(fd.get(), part, offset);
    offset += static_cast<off_t>(part.size());
  }
  written = written && ::ftruncate(fd.get(), offset) == 0 && ::fsync(fd.get()) == 0 &&
            ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    Error error = SystemError("cannot write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

}  // namespace goru::support
