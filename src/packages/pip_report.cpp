#include "packages/pip_report.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "packages/cancelled.hpp"
#include "packages/digest.hpp"
#include "packages/names.hpp"
#include "packages/text.hpp"
#include "packages/version.hpp"
#include "support/json_check.hpp"
#include "support/stop_signal.hpp"

namespace goru::packages {
namespace {

using nlohmann::json;

constexpr size_t kMaxResolved = 500;

Error Unreadable(const std::string& why) {
  return Error{ErrorKind::kUnavailable, "pip's report cannot be read: " + why};
}

/// What a report is read for. The rest, above all the texts that describe each package, is left out as it comes.
bool IsWanted(const std::string& key) {
  for (const char* wanted : {"install", "download_info", "url", "archive_info", "hash", "hashes", "sha256", "metadata",
                             "name", "version", "is_yanked"}) {
    if (key == wanted) return true;
  }
  return false;
}

Expected<Resolved> ReadItem(const json& item) {
  const json& download = item.at("download_info");
  Resolved out;
  const auto& url = download.at("url").get_ref<const std::string&>();
  out.file_name = FileNameOfUrl(url);
  const auto name = ParseWheelName(out.file_name);
  if (!name) {
    return Error{ErrorKind::kUnavailable,
                 "pip chose '" + Printable(url.substr(url.rfind('/') + 1)) + "', which is not a wheel"};
  }
  out.name = name->name;
  out.version = item.at("metadata").at("version").get<std::string>();
  out.yanked = item.value("is_yanked", false);
  const json archive = download.value("archive_info", json::object());
  const json hashes = archive.value("hashes", json::object());
  constexpr std::string_view kOld = "sha256=";
  if (hashes.contains("sha256")) {
    out.sha256 = hashes["sha256"].get<std::string>();
  } else if (const std::string hash = archive.value("hash", std::string()); hash.starts_with(kOld)) {
    out.sha256 = hash.substr(kOld.size());
  }
  if (!out.sha256.empty() && !IsSha256Hex(out.sha256)) {
    return Error{ErrorKind::kUnavailable, "the index has a hash for " + out.name + " that is none"};
  }
  if (!CanonicalVersion(out.version)) {
    return Error{ErrorKind::kUnavailable, "pip reports a version of " + out.name + " that is none"};
  }
  return out;
}

}  // namespace

std::string FileNameOfUrl(std::string_view url) {
  url = url.substr(0, url.find_first_of("#?"));
  url.remove_prefix(url.rfind('/') + 1);
  std::string out;
  for (size_t i = 0; i < url.size(); ++i) {
    char c = url[i];
    if (c == '%') {
      unsigned code = 0;
      const char* digits = url.data() + i + 1;
      if (i + 2 >= url.size() || std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) return {};
      c = static_cast<char>(code);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '/' || c == '\\') return {};
    out += c;
  }
  if (out == "." || out == "..") return {};
  return out;
}

Expected<std::vector<Resolved>> ReadPipReport(std::string_view report, std::string_view said,
                                              const std::stop_token& stop) {
  // Its form first: the checker takes no memory, and what it lets through is not nested deeply.
  support::StopSignal signal;
  const std::stop_callback raise(stop, [&signal] { signal.Raise(); });
  if (auto checked = support::CheckJson(report, {}, &signal); !checked) {
    if (stop.stop_requested()) return Cancelled();
    return Unreadable(checked.error().message);
  }
  bool stopped = false;
  const json parsed = json::parse(
      report.begin(), report.end(),
      [&](int, json::parse_event_t event, json& value) {
        stopped = stopped || stop.stop_requested();
        if (stopped) return false;
        return event != json::parse_event_t::key || IsWanted(value.get_ref<const std::string&>());
      },
      false);
  if (stopped) return Cancelled();
  std::vector<Resolved> out;
  try {
    for (const json& item : parsed.at("install")) {
      if (stop.stop_requested()) return Cancelled();
      auto resolved = ReadItem(item);
      if (!resolved) return resolved.error();
      // Older ones say it on the side only.
      const std::string name = item.at("metadata").at("name").get<std::string>();
      resolved->yanked = resolved->yanked || said.find("yanked version: '" + name + "'") != std::string_view::npos;
      out.push_back(std::move(*resolved));
      if (out.size() > kMaxResolved) return Error{ErrorKind::kUnavailable, "more than 500 packages would be installed"};
    }
  } catch (const json::exception& error) {
    return Unreadable(Printable(error.what()));
  }
  std::sort(out.begin(), out.end(), [](const Resolved& a, const Resolved& b) { return a.name < b.name; });
  return out;
}

}  // namespace goru::packages
