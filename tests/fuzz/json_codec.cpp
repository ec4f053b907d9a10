// Messages of a JavaScript guest: bytes that the guest chose.
#include "codec_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  goru::fuzz::CheckRoundTrip(goru::guest::Codec::Json(), {data, size});
  return 0;
}
