#include "wasm/memory_image.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include "support/file.hpp"
#include "support/memory_file.hpp"
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
  // A private mapping of what nobody changes is the file's own pages; sealed memory can be mapped in no other way.
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), static_cast<off_t>(offset));
  if (data == MAP_FAILED) return support::SystemError("cannot map", "memory image");
  return std::shared_ptr<const MemoryImage>(
      new MemoryImage(std::move(fd), offset, size, static_cast<const uint8_t*>(data), std::move(hot_pages)));
}

Expected<std::shared_ptr<const MemoryImage>> MemoryImage::FromBytes(std::span<const uint8_t> bytes) {
  auto file = support::MemoryFile::Create("goru-image");
  if (!file) return file.error();
  const std::vector<uint8_t> padding(bytes.empty() ? kPageSize : RoundUpToPage(bytes.size()) - bytes.size());
  if (!file->Append(bytes) || !file->Append(padding)) return support::SystemError("cannot write", "memory image");
  auto fd = std::move(*file).Seal();
  if (!fd) return fd.error();
  return Open(std::move(*fd), 0, bytes.size() + padding.size(), {});
}

MemoryImage::~MemoryImage() { ::munmap(const_cast<uint8_t*>(data_), size_); }

bool MemoryImage::MapAt(uint8_t* address) const noexcept {
  return ::mmap(address, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd_.get(),
                static_cast<off_t>(offset_)) != MAP_FAILED;
}

}  // namespace goru::wasm
