#include "packages/zip_archive.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "packages/cancelled.hpp"
#include "packages/text.hpp"
#include "packages/zip_directory.hpp"
#include "packages/zip_library.hpp"
#include "support/utf8.hpp"

namespace goru::packages {
namespace {

constexpr size_t kMaxPath = 1024;
constexpr size_t kMaxComponent = 200;
constexpr size_t kMaxDepth = 32;

/// Whether a file may have this name: relative, within its directory, and the same everywhere.
bool IsPlainPath(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || !support::IsUtf8(path)) return false;
  const bool odd = std::any_of(path.begin(), path.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '\\' || c == ':';
  });
  if (odd || path.ends_with('/')) return false;
  for (size_t depth = 0; !path.empty(); ++depth) {
    const std::string_view component = TakeUntil(path, '/');
    if (component.empty() || component == "." || component == ".." || component.size() > kMaxComponent) return false;
    if (depth == kMaxDepth) return false;
  }
  return true;
}

/// One archive, closed at the end.
class Archive {
 public:
  Archive(const ZipLibrary& zip, zip_t* handle) : zip_(zip), handle_(handle) {}
  ~Archive() { zip_.discard(handle_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  Expected<ArchiveFiles> ReadAll(const WheelLimits& limits, const std::stop_token& stop) const;

 private:
  Expected<std::vector<uint8_t>> Read(zip_uint64_t index, const std::string& name, uint64_t limit,
                                      const std::stop_token& stop) const;
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

Expected<std::vector<uint8_t>> Archive::Read(zip_uint64_t index, const std::string& name, uint64_t limit,
                                             const std::stop_token& stop) const {
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
    if (done > limit || stop.stop_requested()) break;
    bytes.resize(done + kPiece);
    n = zip_.fread(file, bytes.data() + done, kPiece);
    bytes.resize(done + static_cast<size_t>(std::max<zip_int64_t>(n, 0)));
    if (n <= 0) break;
  }
  zip_.fclose(file);
  if (stop.stop_requested()) return Cancelled();
  if (bytes.size() > limit) return too_large;
  if (n < 0 || bytes.size() != stat.size) return Error{ErrorKind::kUnavailable, Printable(name) + " is damaged"};
  return bytes;
}

Expected<ArchiveFiles> Archive::ReadAll(const WheelLimits& limits, const std::stop_token& stop) const {
  const zip_int64_t count = zip_.get_num_entries(handle_, 0);
  if (count < 0 || std::cmp_greater(count, limits.files)) {
    return Error{ErrorKind::kUnavailable, "it has more files than goru unpacks"};
  }
  ArchiveFiles files;
  std::set<std::string> directories;
  uint64_t left = limits.total_bytes;
  for (zip_uint64_t index = 0; std::cmp_less(index, count); ++index) {
    if (stop.stop_requested()) return Cancelled();
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
    auto bytes = Read(index, name, std::min(limits.file_bytes, left), stop);
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

}  // namespace

Expected<ArchiveFiles> ReadZipArchive(int fd, const WheelLimits& limits, const std::stop_token& stop) {
  auto zip = ZipLibrary::Get();
  if (!zip) return zip.error();
  // Opening makes something of each entry and looks at no stop.
  if (auto checked = CheckZipDirectory(fd, limits.files); !checked) return checked.error();
  const Error not_whole = {ErrorKind::kUnavailable, "it is not a whole zip archive"};
  // Closed by the library, unless that fails.
  const int duplicate = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return not_whole;
  int failed = 0;
  // Checked for being one archive and not several that lie over each other.
  zip_t* handle = (*zip)->fdopen(duplicate, ZIP_CHECKCONS, &failed);
  if (handle == nullptr) {
    ::close(duplicate);
    return not_whole;
  }
  return Archive(**zip, handle).ReadAll(limits, stop);
}

}  // namespace goru::packages
