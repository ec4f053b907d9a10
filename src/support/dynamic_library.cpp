#include "support/dynamic_library.hpp"

#include "support/file.hpp"
#include "support/memory_file.hpp"

namespace goru::support {

Expected<DynamicLibrary> DynamicLibrary::LoadCopyOf(const void* address) {
  constexpr size_t kMaxSize = size_t{64} << 20;
  Dl_info found = {};
  if (::dladdr(address, &found) == 0 || found.dli_fname == nullptr) {
    return Error{ErrorKind::kUnavailable, "the library's file is not known"};
  }
  const auto bytes = ReadFile(found.dli_fname, kMaxSize);
  if (!bytes) return bytes.error();
  // The loader tells libraries apart by their files.
  auto copy = MemoryFile::Create("goru-library");
  if (!copy) return copy.error();
  if (!copy->Append(*bytes)) return SystemError("cannot copy", found.dli_fname);
  const auto fd = std::move(*copy).Seal();
  if (!fd) return fd.error();
  return Load("/proc/self/fd/" + std::to_string(fd->get()));
}

}  // namespace goru::support
