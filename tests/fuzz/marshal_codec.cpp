// Messages of a Python guest: bytes that the guest chose.
#include "codec_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  goru::fuzz::CheckRoundTrip(goru::guest::Codec::Marshal(), {data, size});
  return 0;
}
