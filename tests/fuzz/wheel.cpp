// Wheels as they come from an index: bytes that are to be a zip archive.
#include "packages/wheel.hpp"

#include <cstdint>

#include "packages/zip_directory.hpp"
#include "require.hpp"
#include "wheel_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  goru::packages::WheelLimits limits;
  limits.file_bytes = size_t{1} << 20;
  limits.total_bytes = size_t{2} << 20;
  limits.files = 20;
  const auto file = goru::fuzz::FileOf({data, size});
  const auto wheel = goru::packages::ReadOpenWheel(file.get(), "cup-1.0-py3-none-any.whl", limits, {});
  if (!wheel) {
    goru::fuzz::Require(!wheel.error().message.empty() && wheel.error().message.size() < 1000);
    return 0;
  }
  goru::fuzz::CheckWheel(*wheel, limits);
  return 0;
}
