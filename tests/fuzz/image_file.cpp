// Opening image files.
#include "guest/image_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const goru::support::UniqueFd file(::memfd_create("image", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  // Room for what a header may promise.
  if (::ftruncate(file.get(), 1 << 20) != 0) return 0;
  const auto image = goru::guest::ImageFile::Open("/proc/self/fd/" + std::to_string(file.get()), nullptr);
  if (!image) return 0;
  (void)(*image)->ReadModule();
  if (!(*image)->memory()->bytes().empty()) {
    const volatile uint8_t last = (*image)->memory()->bytes().back();
    (void)last;
  }
  return 0;
}
