// Reading and writing the binary format of WebAssembly modules, as far as the image builder needs it.
// Format: WebAssembly core specification, chapter 5 (binary format).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "goru/error.hpp"

namespace goru::wasm {

inline constexpr uint8_t kSectionCustom = 0;
inline constexpr uint8_t kSectionType = 1;
inline constexpr uint8_t kSectionImport = 2;
inline constexpr uint8_t kSectionFunction = 3;
inline constexpr uint8_t kSectionTable = 4;
inline constexpr uint8_t kSectionMemory = 5;
inline constexpr uint8_t kSectionGlobal = 6;
inline constexpr uint8_t kSectionExport = 7;
inline constexpr uint8_t kSectionStart = 8;
inline constexpr uint8_t kSectionElement = 9;
inline constexpr uint8_t kSectionCode = 10;
inline constexpr uint8_t kSectionData = 11;
inline constexpr uint8_t kSectionDataCount = 12;
inline constexpr uint8_t kExportFunction = 0;
inline constexpr uint8_t kExportTable = 1;
inline constexpr uint8_t kExportGlobal = 3;
inline constexpr uint8_t kFunctionType = 0x60;
inline constexpr uint8_t kI32 = 0x7F;
inline constexpr uint8_t kI64 = 0x7E;
inline constexpr uint8_t kConstI32 = 0x41;
inline constexpr uint8_t kConstI64 = 0x42;
inline constexpr uint8_t kGlobalSet = 0x24;
inline constexpr uint8_t kEnd = 0x0B;
inline constexpr size_t kModuleHeaderSize = 8;

/// What every reader of a module answers where the bytes are not what they should be, or more than it knows.
inline Error Malformed() { return {ErrorKind::kInvalidArgument, "the WebAssembly module is malformed"}; }

/// Reads from bytes that may be anything; each call says whether there was enough.
class ModuleReader {
 public:
  explicit ModuleReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool AtEnd() const { return at_ >= bytes_.size(); }
  size_t at() const { return at_; }

  bool Byte(uint8_t& out) {
    if (AtEnd()) return false;
    out = bytes_[at_++];
    return true;
  }
  bool U32(uint32_t& out) {
    uint64_t value = 0;
    if (!Leb(value, 5) || value > UINT32_MAX) return false;
    out = static_cast<uint32_t>(value);
    return true;
  }
  /// The bits of a LEB128 number, not extended by its sign.
  bool Leb(uint64_t& out, unsigned max_bytes) {
    out = 0;
    for (unsigned i = 0; i < max_bytes; ++i) {
      uint8_t byte = 0;
      if (!Byte(byte)) return false;
      out |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }
  bool Skip(size_t count) {
    if (count > bytes_.size() - at_) return false;
    at_ += count;
    return true;
  }
  /// A number of bytes and as many bytes.
  bool Block(std::span<const uint8_t>& out) {
    uint32_t size = 0;
    if (!U32(size)) return false;
    const size_t start = at_;
    if (!Skip(size)) return false;
    out = bytes_.subspan(start, size);
    return true;
  }
  std::span<const uint8_t> From(size_t start) const { return bytes_.subspan(start, at_ - start); }
  std::span<const uint8_t> Rest() const { return bytes_.subspan(at_); }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

void PutU32(std::vector<uint8_t>& out, uint32_t value);
void PutS64(std::vector<uint8_t>& out, int64_t value);
void PutBytes(std::vector<uint8_t>& out, std::span<const uint8_t> bytes);
/// The size of the bytes, and the bytes.
void PutBlock(std::vector<uint8_t>& out, std::span<const uint8_t> bytes);
void PutSection(std::vector<uint8_t>& out, uint8_t id, std::span<const uint8_t> content);

struct Section {
  uint8_t id;
  std::span<const uint8_t> content;
};

/// The sections of a module, in order.
Expected<std::vector<Section>> Sections(std::span<const uint8_t> module);

/// How many functions a module imports. False for a module that imports anything else: no guest does, and those would
/// count as well.
bool CountImportedFunctions(std::span<const uint8_t> import_section, uint32_t& functions);

/// A module's header: what PutSection appends to.
std::vector<uint8_t> ModuleHeader(std::span<const uint8_t> module);

}  // namespace goru::wasm
