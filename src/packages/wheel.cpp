#include "packages/wheel.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "packages/cancelled.hpp"
#include "packages/digest.hpp"
#include "packages/headers.hpp"
#include "packages/record.hpp"
#include "packages/text.hpp"
#include "packages/version.hpp"
#include "packages/zip_archive.hpp"
#include "support/file.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {
namespace {

/// More than any package needs.
constexpr size_t kMaxRequires = 2'000;

std::string_view Text(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Expected<std::string> FindInfoDirectory(const ArchiveFiles& files, const WheelName& name) {
  constexpr std::string_view kEnding = ".dist-info";
  std::set<std::string> found;
  for (const auto& [path, bytes] : files) {
    const std::string top = path.substr(0, path.find('/'));
    if (top.size() < path.size() && top.ends_with(kEnding)) found.insert(top);
  }
  if (found.size() != 1) return Error{ErrorKind::kUnavailable, "it has no .dist-info directory or several"};
  const std::string& info = *found.begin();
  const std::string_view stem = std::string_view(info).substr(0, info.size() - kEnding.size());
  const size_t dash = std::min(stem.find('-'), stem.size());
  const auto canonical = CanonicalName(stem.substr(0, dash));
  if (!canonical || *canonical != name.name) {
    return Error{ErrorKind::kUnavailable, "its .dist-info directory is another package's"};
  }
  if (dash == stem.size() || !IsVersionInFileName(stem.substr(dash + 1), name.version)) {
    return Error{ErrorKind::kUnavailable, "its .dist-info directory is another version's"};
  }
  return info;
}

Expected<std::vector<std::string>> ReadRequires(std::string_view metadata, const std::stop_token& stop) {
  std::set<std::string> found;
  bool many = false;
  const bool whole = EachHeader(metadata, "Requires-Dist", stop, [&](std::string_view text) {
    const auto needed = CanonicalName(text.substr(0, text.find_first_of(" ;([<>=!~")));
    many = many || found.size() > kMaxRequires;
    if (needed && !many) found.insert(*needed);
  });
  if (!whole) return Cancelled();
  if (many) return Error{ErrorKind::kUnavailable, "it needs more packages than there can be"};
  return std::vector<std::string>(found.begin(), found.end());
}

Expected<void> CheckMetadata(const ArchiveFiles& files, const std::string& info, const WheelName& name,
                             const std::stop_token& stop, Wheel& wheel) {
  const auto metadata = files.find(info + "/METADATA");
  const auto format = files.find(info + "/WHEEL");
  if (metadata == files.end() || format == files.end()) {
    return Error{ErrorKind::kUnavailable, "it has no METADATA or no WHEEL"};
  }
  if (!OnlyHeader(Text(format->second), "Wheel-Version", stop).starts_with("1.")) {
    return Error{ErrorKind::kUnavailable, "it is not of the wheel format 1.x"};
  }
  const std::string_view text = Text(metadata->second);
  const auto said = CanonicalName(OnlyHeader(text, "Name", stop));
  if (!said || *said != name.name) return Error{ErrorKind::kUnavailable, "it is another package than its name says"};
  if (!IsVersionInFileName(name.version, OnlyHeader(text, "Version", stop))) {
    return Error{ErrorKind::kUnavailable, "it is another version than its name says"};
  }
  auto needed = ReadRequires(text, stop);
  if (!needed) return needed.error();
  wheel.requires_names = std::move(*needed);
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

}  // namespace

Expected<Wheel> CheckWheel(ArchiveFiles files, const WheelName& name, const std::stop_token& stop) {
  Wheel wheel;
  wheel.name = name.name;
  wheel.version = name.version;
  auto info = FindInfoDirectory(files, name);
  if (!info) return info.error();
  if (auto checked = CheckRecord(files, *info, stop); !checked) return checked.error();
  if (auto checked = CheckMetadata(files, *info, name, stop, wheel); !checked) return checked.error();
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
    if (stop.stop_requested()) return Cancelled();
    for (size_t slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
      if (taken.contains(file.path.substr(0, slash))) {
        return Error{ErrorKind::kUnavailable, Printable(file.path) + " is both a file and a directory"};
      }
    }
  }
  wheel.modules = TopModules(wheel.files);
  return wheel;
}

Expected<Wheel> ReadOpenWheel(int fd, const std::string& file_name, const WheelLimits& limits,
                              const std::stop_token& stop) {
  const auto refuse = [&file_name](const Error& error) {
    if (error.kind == ErrorKind::kCancelled) return error;
    return Error{error.kind, "the wheel " + Printable(file_name) + " is refused: " + error.message};
  };
  const auto name = ParseWheelName(file_name);
  if (!name) return refuse(Error{ErrorKind::kUnavailable, "its name is not a wheel's"});
  struct stat status = {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return refuse(Error{ErrorKind::kUnavailable, "it is not a regular file"});
  }
  if (std::cmp_greater(status.st_size, limits.wheel_bytes)) {
    return refuse(Error{ErrorKind::kUnavailable, "it is larger than " + std::to_string(limits.wheel_bytes) + " bytes"});
  }
  auto hash = Sha256HexOfFile(fd, stop);
  if (!hash) return refuse(hash.error());
  auto files = ReadZipArchive(fd, limits, stop);
  if (!files) return refuse(files.error());
  auto wheel = CheckWheel(std::move(*files), *name, stop);
  if (!wheel) return refuse(wheel.error());
  wheel->sha256 = std::move(*hash);
  return wheel;
}

Expected<Wheel> ReadWheel(const std::string& path, const WheelLimits& limits, const std::stop_token& stop) {
  const support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return support::SystemError("cannot open", path);
  return ReadOpenWheel(fd.get(), std::filesystem::path(path).filename().string(), limits, stop);
}

}  // namespace goru::packages
