// What an image file says besides the bytes of module and memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guest/codec.hpp"

namespace goru::guest {

/// How a guest is driven.
enum class GuestModel { kResumable, kReactor };

/// Of a resumable guest: where the parked stack lies, and how large it is when the guest is properly at rest.
struct ParkingPlace {
  /// Address of the asyncify structure: u32 current end of the data, u32 limit, data.
  uint32_t buffer = 0;
  uint32_t buffer_size = 0;
  /// Bytes of parked stack in the image. A guest that parks with another number did so from somewhere else.
  uint32_t depth = 0;
  /// Where the guest finds the answer to what it wrote to the channel.
  uint32_t answer = 0;
  uint32_t answer_size = 0;
};

struct ImageInfo {
  /// The language, "python", "javascript" or "typescript", and the runtime's own version, "3.12.0".
  std::string language;
  std::string version;
  GuestModel model = GuestModel::kReactor;
  ParkingPlace parking;
  /// 4 KiB pages that an ordinary run writes to.
  std::vector<uint32_t> hot_pages;
  /// Entries of the function table that an ordinary run calls through.
  std::vector<uint32_t> hot_table_entries;
  /// How values cross between this guest and the host.
  const Codec& codec() const { return Codec::Marshal(); }
  /// Hash of the module, the key of its compiled code (XXH3, 128 bits, hex).
  std::string module_hash;
};

}  // namespace goru::guest
