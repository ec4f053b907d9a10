// Decoding the mappings of a source map. The guest does this inside the sandbox; here any fault of its own shows.
extern "C" {
#include "mappings.h"
}

#include <array>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Mappings mappings = {};
  if (!mappings_open(&mappings, reinterpret_cast<const char*>(data), size)) return 0;
  constexpr std::array<uint32_t, 7> kPlaces = {0, 1, 2, 17, 1000, INT32_MAX, UINT32_MAX};
  for (const uint32_t line : kPlaces) {
    for (const uint32_t column : kPlaces) {
      MappedPlace place = {};
      if (!mappings_find(&mappings, line, column, &place)) continue;
      // Numbers beyond 31 bits are refused.
      if ((place.source | place.line | place.column) > INT32_MAX) std::abort();
    }
  }
  mappings_close(&mappings);
  return 0;
}
