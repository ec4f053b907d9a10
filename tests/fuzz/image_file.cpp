// Opening image files. The input is a description; prefix and hash are right, and what it describes is zeros.
#include "guest/image_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "support/content_hash.hpp"
#include "support/file.hpp"
#include "wasm/memory_image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const goru::support::UniqueFd file(::memfd_create("image", MFD_CLOEXEC));
  struct {
    std::array<char, 8> magic = {'G', 'O', 'R', 'U', 'I', 'M', 'G', '3'};
    uint64_t size = 0;
    goru::support::ContentHash hash;
  } prefix;
  prefix.size = size;
  prefix.hash = goru::support::HashOf({data, size});
  std::array<uint8_t, sizeof(prefix)> bytes = {};
  std::memcpy(bytes.data(), &prefix, sizeof(prefix));
  // Room for what a description may promise.
  if (::ftruncate(file.get(), (1 << 20) + static_cast<off_t>(size)) != 0 ||
      !goru::support::WriteSparse(file.get(), bytes, 0) ||
      !goru::support::WriteSparse(file.get(), {data, size}, sizeof(prefix))) {
    return 0;
  }
  const auto image = goru::guest::ImageFile::Open("/proc/self/fd/" + std::to_string(file.get()), nullptr);
  if (!image) return 0;
  (void)(*image)->ReadModule();
  if (!(*image)->memory()->bytes().empty()) {
    const volatile uint8_t last = (*image)->memory()->bytes().back();
    (void)last;
  }
  return 0;
}
