// What an image file says besides the bytes of module and memory.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "goru/images.hpp"
#include "guest/codec.hpp"

namespace goru::guest {

/// How a guest is driven.
enum class GuestModel { kResumable, kReactor };

/// How values cross between a guest and the host (guest/codec.hpp).
enum class CodecName { kJson, kMarshal };

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

/// What a language is, as its recipe says it (docs/GUEST_ABI.md, "The description of a language"). All that the host
/// knows of it.
struct LanguageInfo {
  /// "python".
  std::string language;
  /// Which of its runtimes, where there are several: "3.13"; else empty.
  std::string variant;
  /// For people: "CPython", "3.13.5", and what the runtime implements, "ES2023", where its version does not say it.
  std::string runtime;
  std::string version;
  std::string edition;
  GuestModel model = GuestModel::kReactor;
  CodecName codec_name = CodecName::kMarshal;
  /// The version of Python whose packages it imports from /packages; empty: it has none.
  std::string packages;
  /// Code that many a fresh sandbox is made for: what it needs is made ready ahead of a sandbox's first run.
  std::string hot_job;

  const Codec& codec() const { return codec_name == CodecName::kJson ? Codec::Json() : Codec::Marshal(); }
};

struct ImageInfo : LanguageInfo {
  ParkingPlace parking;
  /// 4 KiB pages that an ordinary run writes to.
  std::vector<uint32_t> hot_pages;
  /// Entries of the function table that an ordinary run calls through.
  std::vector<uint32_t> hot_table_entries;
  /// Packages that the image holds, sorted by name.
  std::vector<ProvidedPackage> provides;
  /// Hash of the module, the key of its compiled code (XXH3, 128 bits, hex).
  std::string module_hash;
};

/// The members of an object that DescribeLanguage wrote, or an author. kInvalidArgument: one of them is missing, has
/// another type or is no such thing; the message names it. Others are left alone.
Expected<LanguageInfo> ReadLanguage(const nlohmann::json& object);
nlohmann::json DescribeLanguage(const LanguageInfo& info);

}  // namespace goru::guest
