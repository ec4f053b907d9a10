#include "support/size_name.hpp"

#include <utility>

namespace goru::support {

std::string SizeName(uint64_t bytes) {
  for (const auto& [shift, unit] : {std::pair(30U, " GiB"), std::pair(20U, " MiB"), std::pair(10U, " KiB")}) {
    if (bytes != 0 && (bytes & ((uint64_t{1} << shift) - 1)) == 0) return std::to_string(bytes >> shift) + unit;
  }
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

}  // namespace goru::support
