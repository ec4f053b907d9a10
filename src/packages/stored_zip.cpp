#include "packages/stored_zip.hpp"

#include <string_view>

namespace goru::packages {
namespace {

uint32_t Crc32(std::string_view bytes) {
  constexpr uint32_t kPolynomial = 0xEDB88320;
  uint32_t crc = ~uint32_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
  }
  return ~crc;
}

void Put(std::vector<uint8_t>& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

void Put(std::vector<uint8_t>& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

}  // namespace

std::vector<uint8_t> StoredZip(std::span<const std::pair<std::string, std::string>> files) {
  // The first moment that the format knows, 1 January 1980.
  constexpr uint32_t kTime = 0x00210000;
  constexpr uint32_t kVersion = 20;
  std::vector<uint8_t> out;
  std::vector<uint8_t> directory;
  for (const auto& [name, content] : files) {
    const auto offset = static_cast<uint32_t>(out.size());
    std::vector<uint8_t> common;
    Put(common, kVersion, 2);
    Put(common, 0, 4);  // flags, stored
    Put(common, kTime, 4);
    Put(common, Crc32(content), 4);
    Put(common, static_cast<uint32_t>(content.size()), 4);
    Put(common, static_cast<uint32_t>(content.size()), 4);
    Put(common, static_cast<uint32_t>(name.size()), 2);
    Put(common, 0, 2);
    Put(out, "PK\x03\x04");
    out.insert(out.end(), common.begin(), common.end());
    Put(out, name);
    Put(out, content);
    Put(directory, "PK\x01\x02");
    Put(directory, kVersion, 2);
    directory.insert(directory.end(), common.begin(), common.end());
    Put(directory, 0, 2);  // comment
    Put(directory, 0, 2);  // disk
    Put(directory, 0, 2);  // internal attributes
    Put(directory, 0, 4);  // external attributes
    Put(directory, offset, 4);
    Put(directory, name);
  }
  const auto start = static_cast<uint32_t>(out.size());
  out.insert(out.end(), directory.begin(), directory.end());
  Put(out, "PK\x05\x06");
  Put(out, 0, 4);  // disks
  Put(out, static_cast<uint32_t>(files.size()), 2);
  Put(out, static_cast<uint32_t>(files.size()), 2);
  Put(out, static_cast<uint32_t>(directory.size()), 4);
  Put(out, start, 4);
  Put(out, 0, 2);  // comment
  return out;
}

}  // namespace goru::packages
