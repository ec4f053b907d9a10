#include "packages/record.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "packages/cancelled.hpp"
#include "packages/digest.hpp"
#include "packages/text.hpp"
#include "support/base64.hpp"

namespace goru::packages {
namespace {

std::string_view Text(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Path, hash and size.
using Line = std::array<std::string, 3>;

/// One line of RECORD: comma-separated, quoted where needed (RFC 4180). Further fields are not looked at.
Line ParseLine(std::string_view line) {
  Line fields;
  size_t field = 0;
  bool quoted = false;
  for (size_t i = 0; i < line.size() && field < fields.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields[field] += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      ++field;
    } else if (c != '\r') {
      fields[field] += c;
    }
  }
  return fields;
}

/// The URL-safe base64 without padding that RECORD has, of the given digest.
std::string RecordHash(const std::vector<uint8_t>& digest) {
  std::string text = support::ToBase64(Text(digest));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

Expected<void> CheckLine(const Line& line, const std::vector<uint8_t>& bytes, const std::stop_token& stop) {
  const auto& [path, hash, size] = line;
  const size_t equals = hash.find('=');
  auto digest = Digest(hash.substr(0, equals), bytes, stop);
  if (!digest) return digest.error();
  const bool same_hash = equals != std::string::npos && RecordHash(*digest) == hash.substr(equals + 1);
  const bool same_size = size.empty() || size == std::to_string(bytes.size());
  if (same_hash && same_size) return {};
  return Error{ErrorKind::kUnavailable, Printable(path) + " is not what RECORD says it is"};
}

}  // namespace

Expected<void> CheckRecord(const ArchiveFiles& files, const std::string& info, const std::stop_token& stop) {
  const auto record = files.find(info + "/RECORD");
  if (record == files.end()) return Error{ErrorKind::kUnavailable, "it has no RECORD"};
  std::map<std::string, Line> checked;
  std::string_view rest = Text(record->second);
  while (!rest.empty()) {
    if (stop.stop_requested()) return Cancelled();
    const Line line = ParseLine(TakeUntil(rest, '\n'));
    const auto found = files.find(line[0]);
    if (found == files.end() || line[1].empty()) continue;
    // Each file is hashed once, however often it stands there.
    if (const auto before = checked.find(line[0]); before != checked.end()) {
      if (before->second == line) continue;
      return Error{ErrorKind::kUnavailable, Printable(line[0]) + " is in RECORD twice"};
    }
    if (auto same = CheckLine(line, found->second, stop); !same) return same;
    checked[line[0]] = line;
  }
  for (const auto& [name, bytes] : files) {
    // Signatures of RECORD itself cannot be in it.
    const bool exempt = name == info + "/RECORD" || name == info + "/RECORD.jws" || name == info + "/RECORD.p7s";
    if (!exempt && !checked.contains(name)) {
      return Error{ErrorKind::kUnavailable, Printable(name) + " is not in RECORD"};
    }
  }
  return {};
}

}  // namespace goru::packages
