#include "packages/wheel.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "packages/digest.hpp"
#include "packages/zip_library.hpp"
#include "support/base64.hpp"
#include "support/file.hpp"
#include "support/utf8.hpp"

namespace goru::packages {
namespace {

constexpr size_t kMaxPath = 1024;
constexpr size_t kMaxComponent = 200;
constexpr size_t kMaxDepth = 32;

using Files = std::map<std::string, std::vector<uint8_t>>;

std::string Printable(std::string_view text) {
  constexpr size_t kShown = 120;
  std::string out(text.substr(0, kShown));
  for (char& c : out) c = c < ' ' || c > '~' ? '?' : c;
  return out;
}

std::string_view Text(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// Whether a file may have this name: relative, within its directory, and the same everywhere.
bool IsPlainPath(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || !support::IsUtf8(path)) return false;
  const bool odd = std::any_of(path.begin(), path.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '\\' || c == ':';
  });
  const auto components = Split(path, '/');
  if (odd || components.size() > kMaxDepth) return false;
  return std::none_of(components.begin(), components.end(), [](std::string_view component) {
    return component.empty() || component == "." || component == ".." || component.size() > kMaxComponent;
  });
}

/// One archive, closed at the end.
class Archive {
 public:
  Archive(const ZipLibrary& zip, zip_t* handle) : zip_(zip), handle_(handle) {}
  ~Archive() { zip_.discard(handle_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  Expected<Files> ReadAll(const WheelLimits& limits) const;

 private:
  Expected<std::vector<uint8_t>> Read(zip_uint64_t index, const std::string& name, uint64_t limit) const;
  /// Whether the entry is what most are: neither a link nor a device.
  bool IsOrdinary(zip_uint64_t index, bool directory) const;

  const ZipLibrary& zip_;
  zip_t* handle_;
};

bool Archive::IsOrdinary(zip_uint64_t index, bool directory) const {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_.get_external_attributes(handle_, index, 0, &system, &attributes) != 0) return false;
  // Makers on other systems leave the upper half at zero, which says nothing about the kind.
  constexpr unsigned kModeShift = 16;
  const mode_t kind = static_cast<mode_t>(attributes >> kModeShift) & S_IFMT;
  const mode_t expected = directory ? S_IFDIR : S_IFREG;
  return kind == 0 || kind == expected;
}

Expected<std::vector<uint8_t>> Archive::Read(zip_uint64_t index, const std::string& name, uint64_t limit) const {
  const Error too_large = {ErrorKind::kUnavailable, Printable(name) + " is larger than goru unpacks"};
  zip_stat_t stat = {};
  if (zip_.stat_index(handle_, index, 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0) {
    return Error{ErrorKind::kUnavailable, Printable(name) + " cannot be read"};
  }
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    return Error{ErrorKind::kUnavailable, Printable(name) + " is encrypted"};
  }
  if ((stat.valid & ZIP_STAT_COMP_METHOD) != 0 && stat.comp_method != ZIP_CM_STORE &&
      stat.comp_method != ZIP_CM_DEFLATE) {
    return Error{ErrorKind::kUnavailable, Printable(name) + " is packed in a way that wheels are not"};
  }
  if (stat.size > limit) return too_large;
  zip_file_t* file = zip_.fopen_index(handle_, index, 0);
  if (file == nullptr) return Error{ErrorKind::kUnavailable, Printable(name) + " cannot be unpacked"};
  // What the entry says of its size is checked against what comes out, and nothing is allocated on its word alone.
  constexpr size_t kPiece = size_t{256} << 10;
  std::vector<uint8_t> bytes;
  zip_int64_t n = 0;
  for (;;) {
    const size_t done = bytes.size();
    if (done > limit) break;
    bytes.resize(done + kPiece);
    n = zip_.fread(file, bytes.data() + done, kPiece);
    bytes.resize(done + static_cast<size_t>(std::max<zip_int64_t>(n, 0)));
    if (n <= 0) break;
  }
  zip_.fclose(file);
  if (bytes.size() > limit) return too_large;
  if (n < 0 || bytes.size() != stat.size) return Error{ErrorKind::kUnavailable, Printable(name) + " is damaged"};
  return bytes;
}

Expected<Files> Archive::ReadAll(const WheelLimits& limits) const {
  const zip_int64_t count = zip_.get_num_entries(handle_, 0);
  if (count < 0 || std::cmp_greater(count, limits.files)) {
    return Error{ErrorKind::kUnavailable, "it has more files than goru unpacks"};
  }
  Files files;
  std::set<std::string> directories;
  uint64_t left = limits.total_bytes;
  for (zip_uint64_t index = 0; std::cmp_less(index, count); ++index) {
    const char* raw = zip_.get_name(handle_, index, ZIP_FL_ENC_RAW);
    std::string name = raw == nullptr ? std::string() : raw;
    const bool directory = name.ends_with('/');
    if (directory) name.pop_back();
    if (!IsPlainPath(name)) {
      return Error{ErrorKind::kUnavailable,
                   "the name '" + Printable(name) + "' leads out of its directory or is no name"};
    }
    if (!IsOrdinary(index, directory)) {
      return Error{ErrorKind::kUnavailable, Printable(name) + " is a link or a device"};
    }
    if (directory) {
      directories.insert(name);
      continue;
    }
    if (files.contains(name)) return Error{ErrorKind::kUnavailable, Printable(name) + " is in it twice"};
    auto bytes = Read(index, name, std::min(limits.file_bytes, left));
    if (!bytes) return bytes.error();
    left -= bytes->size();
    for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      directories.insert(name.substr(0, slash));
    }
    files[name] = std::move(*bytes);
  }
  for (const std::string& directory : directories) {
    if (files.contains(directory)) {
      return Error{ErrorKind::kUnavailable, Printable(directory) + " is both a file and a directory"};
    }
  }
  return files;
}

/// One line of RECORD: comma-separated, quoted where needed (RFC 4180).
std::vector<std::string> ParseRecordLine(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
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

Expected<void> CheckRecord(const Files& files, const std::string& info) {
  const auto record = files.find(info + "/RECORD");
  if (record == files.end()) return Error{ErrorKind::kUnavailable, "it has no RECORD"};
  std::set<std::string> checked;
  for (const std::string_view line : Split(Text(record->second), '\n')) {
    const auto fields = ParseRecordLine(line);
    const auto found = files.find(fields[0]);
    if (found == files.end() || fields.size() < 2 || fields[1].empty()) continue;
    const size_t equals = fields[1].find('=');
    const std::string algorithm = fields[1].substr(0, equals);
    auto digest = Digest(algorithm, found->second);
    if (!digest) return digest.error();
    const bool same_hash = equals != std::string::npos && RecordHash(*digest) == fields[1].substr(equals + 1);
    const bool same_size = fields.size() < 3 || fields[2].empty() || fields[2] == std::to_string(found->second.size());
    if (!same_hash || !same_size) {
      return Error{ErrorKind::kUnavailable, Printable(fields[0]) + " is not what RECORD says it is"};
    }
    checked.insert(fields[0]);
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

/// The values of a header field in METADATA or WHEEL; the description behind the headers is not looked at.
std::vector<std::string> Header(std::string_view text, std::string_view field) {
  std::vector<std::string> values;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (!line.starts_with(field) || line.size() <= field.size() || line[field.size()] != ':') continue;
    line.remove_prefix(field.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    values.emplace_back(line);
  }
  return values;
}

Expected<std::string> FindInfoDirectory(const Files& files, const WheelName& name) {
  std::set<std::string> found;
  for (const auto& [path, bytes] : files) {
    const std::string top = path.substr(0, path.find('/'));
    if (top.size() < path.size() && top.ends_with(".dist-info")) found.insert(top);
  }
  if (found.size() != 1) return Error{ErrorKind::kUnavailable, "it has no .dist-info directory or several"};
  const std::string& info = *found.begin();
  const auto canonical = CanonicalName(info.substr(0, info.find('-')));
  if (!canonical || *canonical != name.name) {
    return Error{ErrorKind::kUnavailable, "its .dist-info directory is another package's"};
  }
  return info;
}

Expected<void> CheckMetadata(const Files& files, const std::string& info, const WheelName& name, Wheel& wheel) {
  const auto metadata = files.find(info + "/METADATA");
  const auto format = files.find(info + "/WHEEL");
  if (metadata == files.end() || format == files.end()) {
    return Error{ErrorKind::kUnavailable, "it has no METADATA or no WHEEL"};
  }
  const auto versions = Header(Text(format->second), "Wheel-Version");
  if (versions.size() != 1 || !versions[0].starts_with("1.")) {
    return Error{ErrorKind::kUnavailable, "it is not of the wheel format 1.x"};
  }
  const auto names = Header(Text(metadata->second), "Name");
  const auto said = names.size() == 1 ? CanonicalName(names[0]) : std::nullopt;
  if (!said || *said != name.name) return Error{ErrorKind::kUnavailable, "it is another package than its name says"};
  for (const std::string& text : Header(Text(metadata->second), "Requires-Dist")) {
    size_t end = 0;
    while (end < text.size() && std::string_view(" ;([<>=!~").find(text[end]) == std::string_view::npos) ++end;
    const auto needed = CanonicalName(std::string_view(text).substr(0, end));
    if (needed &&
        std::find(wheel.requires_names.begin(), wheel.requires_names.end(), *needed) == wheel.requires_names.end()) {
      wheel.requires_names.push_back(*needed);
    }
  }
  std::sort(wheel.requires_names.begin(), wheel.requires_names.end());
  return {};
}

bool IsNative(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  for (const std::string_view suffix : {".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".o", ".exe"}) {
    if (file.ends_with(suffix)) return true;
  }
  return file.find(".so.") != std::string_view::npos;
}

/// Where a file of the wheel goes; empty: nowhere, for scripts, headers and what would run at the start of Python.
std::string Destination(const std::string& path, const std::string& info) {
  const std::string data = info.substr(0, info.size() - std::string_view("dist-info").size()) + "data/";
  std::string to = path;
  if (path.starts_with(data)) {
    const std::string rest = path.substr(data.size());
    if (!rest.starts_with("purelib/") && !rest.starts_with("platlib/")) return {};
    to = rest.substr(rest.find('/') + 1);
  }
  if (to.find('/') == std::string::npos && to.ends_with(".pth")) return {};
  // Bytecode that was not made here is not taken.
  if (to.ends_with(".pyc") || to.ends_with(".pyo")) return {};
  return to;
}

std::vector<std::string> TopModules(const std::vector<WheelFile>& files) {
  std::set<std::string> modules;
  for (const WheelFile& file : files) {
    const size_t slash = file.path.find('/');
    std::string top = file.path.substr(0, slash);
    constexpr std::string_view kSource = ".py";
    if (!file.path.ends_with(kSource)) continue;
    if (slash == std::string::npos) top.resize(top.size() - kSource.size());
    const bool identifier =
        !top.empty() && (top[0] < '0' || top[0] > '9') && std::all_of(top.begin(), top.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (identifier) modules.insert(top);
  }
  return {modules.begin(), modules.end()};
}

Expected<Wheel> Check(Files files, const WheelName& name) {
  Wheel wheel;
  wheel.name = name.name;
  wheel.version = name.version;
  auto info = FindInfoDirectory(files, name);
  if (!info) return info.error();
  if (auto checked = CheckRecord(files, *info); !checked) return checked.error();
  if (auto checked = CheckMetadata(files, *info, name, wheel); !checked) return checked.error();
  std::set<std::string> taken;
  for (auto& [path, bytes] : files) {
    if (IsNative(path)) {
      wheel.native_removed = true;
      continue;
    }
    std::string to = Destination(path, *info);
    if (to.empty()) continue;
    if (!taken.insert(to).second) return Error{ErrorKind::kUnavailable, Printable(to) + " is in it twice"};
    wheel.files.push_back({std::move(to), std::move(bytes)});
  }
  for (const WheelFile& file : wheel.files) {
    for (size_t slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
      if (taken.contains(file.path.substr(0, slash))) {
        return Error{ErrorKind::kUnavailable, Printable(file.path) + " is both a file and a directory"};
      }
    }
  }
  wheel.modules = TopModules(wheel.files);
  return wheel;
}

}  // namespace

Expected<Wheel> ReadWheel(const std::string& path, const WheelLimits& limits) {
  const std::string file_name = std::filesystem::path(path).filename().string();
  const auto refuse = [&file_name](const Error& error) {
    return Error{error.kind, "the wheel " + Printable(file_name) + " is refused: " + error.message};
  };
  const auto name = ParseWheelName(file_name);
  if (!name) return refuse(Error{ErrorKind::kUnavailable, "its name is not a wheel's"});
  auto zip = ZipLibrary::Get();
  if (!zip) return zip.error();
  auto content = support::ReadFile(path, limits.wheel_bytes);
  if (!content) return content.error();
  auto hash = Sha256Hex(*content);
  if (!hash) return hash.error();
  content->clear();
  content->shrink_to_fit();
  int failed = 0;
  // Checked for being one archive and not several that lie over each other.
  zip_t* handle = (*zip)->open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &failed);
  if (handle == nullptr) return refuse(Error{ErrorKind::kUnavailable, "it is not a whole zip archive"});
  const Archive archive(**zip, handle);
  auto files = archive.ReadAll(limits);
  if (!files) return refuse(files.error());
  auto wheel = Check(std::move(*files), *name);
  if (!wheel) return refuse(wheel.error());
  wheel->sha256 = std::move(*hash);
  return wheel;
}

}  // namespace goru::packages
