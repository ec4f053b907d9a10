#include "wasm/memory_image.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include "support/file.hpp"
#include "wasm/page_size.hpp"

namespace goru::wasm {

Expected<std::shared_ptr<const MemoryImage>> MemoryImage::Open(support::UniqueFd fd, uint64_t offset, size_t size,
                                                               std::vector<uint32_t> hot_pages) {
  if (offset % kPageSize != 0 || size % kPageSize != 0 || size == 0) {
    return Error{ErrorKind::kInvalidArgument, "memory image is not made of whole pages"};
  }
  struct stat st = {};
  // Pages behind the end of a file raise SIGBUS, so its length is checked before it is mapped.
  if (::fstat(fd.get(), &st) != 0 || static_cast<uint64_t>(st.st_size) < offset + size) {
    return Error{ErrorKind::kInvalidArgument, "memory image is shorter than its header says"};
  }
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), static_cast<off_t>(offset));
  if (data == MAP_FAILED) return support::SystemError("cannot map", "memory image");
  return std::shared_ptr<const MemoryImage>(
      new MemoryImage(std::move(fd), offset, size, static_cast<const uint8_t*>(data), std::move(hot_pages)));
}

Expected<std::shared_ptr<const MemoryImage>> MemoryImage::FromBytes(std::span<const uint8_t> bytes) {
  const size_t size = RoundUpToPage(bytes.empty() ? 1 : bytes.size());
  support::UniqueFd fd(::memfd_create("goru-image", MFD_CLOEXEC));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
    return support::SystemError("cannot make", "memory image");
  }
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(fd.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n <= 0) return support::SystemError("cannot write", "memory image");
    done += static_cast<size_t>(n);
  }
  return Open(std::move(fd), 0, size, {});
}

MemoryImage::~MemoryImage() { ::munmap(const_cast<uint8_t*>(data_), size_); }

bool MemoryImage::MapAt(uint8_t* address) const noexcept {
  return ::mmap(address, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd_.get(),
                static_cast<off_t>(offset_)) != MAP_FAILED;
}

}  // namespace goru::wasm
