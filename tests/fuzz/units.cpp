// Times and sizes of configurations and flags.
#include "config/units.hpp"

#include <cstdint>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using goru::fuzz::Require;
  const std::string_view text = goru::fuzz::Text(data, size);
  if (const auto time = goru::config::ParseTime(text)) {
    Require(time->count() > 0 && *time <= goru::config::kMostTime);
    Require(goru::config::ParseTime(goru::config::TimeText(*time)).has_value());
  }
  if (const auto bytes = goru::config::ParseSize(text)) {
    Require(*bytes <= goru::config::kMostBytes);
    Require(goru::config::ParseSize(goru::config::SizeText(*bytes)) == bytes);
  }
  return 0;
}
