#include "support/memory_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/file.hpp"

namespace goru::support {

Expected<MemoryFile> MemoryFile::Create(const char* name) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return SystemError("cannot make the file in memory", name);
  return MemoryFile(std::move(fd));
}

bool MemoryFile::Append(std::span<const uint8_t> bytes) {
  if (!WriteSparse(fd_.get(), bytes, size_)) return false;
  size_ += bytes.size();
  return true;
}

Expected<UniqueFd> MemoryFile::Seal() && {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0 ||
      ::fcntl(fd_.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return SystemError("cannot seal", "a file in memory");
  }
  return std::move(fd_);
}

}  // namespace goru::support
