// What a wheel says of itself: METADATA, WHEEL and RECORD, which no change of an archive's bytes would reach. The first
// byte says whether RECORD begins with what is true; then come four texts, each with its length (two bytes): METADATA,
// WHEEL, RECORD, and the path of a file.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "packages/digest.hpp"
#include "packages/provided.hpp"
#include "packages/wheel.hpp"
#include "require.hpp"
#include "support/base64.hpp"
#include "wheel_check.hpp"

namespace {

std::string RecordLine(const std::string& path, const std::vector<uint8_t>& bytes) {
  const auto digest = goru::packages::Digest("sha256", bytes);
  goru::fuzz::Require(digest.ok());
  std::string hash = goru::support::ToBase64(goru::fuzz::Text(digest->data(), digest->size()));
  for (char& c : hash) c = c == '+' ? '-' : c == '/' ? '_' : c;
  hash.resize(hash.find('='));
  return "\"" + path + "\",sha256=" + hash + "," + std::to_string(bytes.size()) + "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::array<std::string, 4> texts;
  std::string_view rest = goru::fuzz::Text(data + 1, size - 1);
  for (std::string& text : texts) {
    if (rest.size() < 2) break;
    const size_t length = static_cast<uint8_t>(rest[0]) + size_t{256} * static_cast<uint8_t>(rest[1]);
    text = rest.substr(2, length);
    rest.remove_prefix(std::min(rest.size(), length + 2));
  }
  // What an image holds came from wheels, too.
  if (const auto provided = goru::packages::ReadProvided(texts[0])) {
    goru::fuzz::Require(goru::fuzz::IsBelow(provided->name) && goru::fuzz::IsBelow(provided->version));
    goru::fuzz::Require((provided->name + provided->version).find('/') == std::string::npos);
    for (const std::string& header : provided->headers) goru::fuzz::Require(header.find('\n') == std::string::npos);
  }
  const auto bytes = [](std::string_view text) { return std::vector<uint8_t>(text.begin(), text.end()); };
  const std::string info = "cup-1.0.dist-info";
  goru::packages::ArchiveFiles files;
  files["cup.py"] = bytes("x = 1\n");
  // Paths come checked.
  if (goru::fuzz::IsBelow(texts[3]) && texts[3].find_first_of("\\\"") == std::string::npos) {
    files[texts[3]] = bytes("y");
  }
  files[info + "/METADATA"] = bytes(texts[0]);
  files[info + "/WHEEL"] = bytes(texts[1]);
  std::string record;
  if (data[0] % 2 == 0) {
    for (const auto& [path, content] : files) record += RecordLine(path, content);
  }
  files[info + "/RECORD"] = bytes(record + texts[2]);
  const auto name = goru::packages::ParseWheelName("cup-1.0-py3-none-any.whl");
  const auto wheel = goru::packages::CheckWheel(std::move(files), *name, {});
  if (!wheel) {
    goru::fuzz::Require(!wheel.error().message.empty() && wheel.error().message.size() < 1000);
    return 0;
  }
  goru::fuzz::CheckWheel(*wheel, goru::packages::WheelLimits());
  return 0;
}
