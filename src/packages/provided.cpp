#include "packages/provided.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "packages/headers.hpp"
#include "packages/names.hpp"
#include "packages/stored_zip.hpp"
#include "packages/version.hpp"
#include "support/file.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;

/// More than any package has.
constexpr size_t kMaxHeaders = 2'000;

/// "python-dateutil" and "2.9" as names of files have them: a hyphen separates.
std::string InFileName(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace

std::optional<Provided> ReadProvided(std::string_view metadata) {
  const auto name = CanonicalName(OnlyHeader(metadata, "Name", {}));
  const std::string version(OnlyHeader(metadata, "Version", {}));
  if (!name || !CanonicalVersion(version)) return std::nullopt;
  Provided out{*name, version, {}};
  for (const std::string_view field : {"Requires-Dist", "Provides-Extra"}) {
    (void)EachHeader(metadata, field, {}, [&](std::string_view value) {
      if (out.headers.size() < kMaxHeaders) out.headers.push_back(std::string(field) + ": " + std::string(value));
    });
  }
  return out;
}

const Provided* FindProvided(std::span<const Provided> provided, std::string_view name) {
  const auto found =
      std::find_if(provided.begin(), provided.end(), [name](const Provided& p) { return p.name == name; });
  return found == provided.end() ? nullptr : &*found;
}

std::string ListProvided(std::span<const Provided> provided) {
  std::string text;
  for (const Provided& package : provided) {
    text.append(text.empty() ? "" : ", ").append(package.name).append(" ").append(package.version);
  }
  return text;
}

Expected<std::vector<std::string>> WriteStandIns(const std::string& directory, std::span<const Provided> provided,
                                                 const std::string& tags) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed) return Error{ErrorKind::kUnavailable, "cannot make " + directory + ": " + failed.message()};
  std::vector<std::string> constraints;
  for (const Provided& package : provided) {
    const std::string stem = InFileName(package.name) + "-" + InFileName(package.version);
    std::string metadata = "Metadata-Version: 2.1\nName: " + package.name + "\nVersion: " + package.version + "\n";
    for (const std::string& header : package.headers) metadata += header + "\n";
    const std::string info = stem + ".dist-info/";
    std::string record;
    for (const char* file : {"METADATA", "WHEEL", "RECORD"}) record.append(info).append(file).append(",,\n");
    const std::array<std::pair<std::string, std::string>, 3> files = {{
        {info + "METADATA", metadata},
        {info + "WHEEL", "Wheel-Version: 1.0\nGenerator: goru\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
        {info + "RECORD", record},
    }};
    const std::vector<uint8_t> bytes = StoredZip(files);
    std::string path = directory;
    path.append("/").append(stem).append("-").append(tags).append(".whl");
    const std::array<std::span<const uint8_t>, 1> parts = {bytes};
    if (auto written = support::WriteFileAtomically(path, parts, 0600); !written) return written.error();
    constraints.push_back(package.name + "==" + package.version);
  }
  return constraints;
}

std::string ConflictWith(std::span<const Provided> provided, std::string_view said) {
  constexpr std::string_view kDepends = " depends on ";
  constexpr std::string_view kRequested = "The user requested ";
  std::string out;
  while (!said.empty()) {
    std::string_view line = TakeUntil(said, '\n');
    while (line.starts_with(' ')) line.remove_prefix(1);
    std::string_view wanted = line;
    if (const size_t at = line.find(kDepends); at != std::string_view::npos) {
      wanted.remove_prefix(at + kDepends.size());
    } else if (line.starts_with(kRequested)) {
      wanted.remove_prefix(kRequested.size());
      line = wanted;
    } else {
      continue;
    }
    const auto name = CanonicalName(wanted.substr(0, wanted.find_first_of(" ;([<>=!~")));
    const bool is_provided = name && FindProvided(provided, *name) != nullptr;
    // A version is asked for; pip also lists what agrees with the others.
    if (!is_provided || wanted.find_first_of("<>=!~") == std::string_view::npos) continue;
    const std::string text = Printable(line);
    if (out.find(text) == std::string::npos) out.append(out.empty() ? "" : "; ").append(text);
  }
  return out;
}

}  // namespace goru::packages
