#include "config/kinds.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "config/units.hpp"
#include "guest/image_directory.hpp"
#include "support/utf8.hpp"

namespace goru::config {
namespace {

constexpr double kTwoTo64 = 18446744073709551616.0;

std::string Quoted(std::string_view text) { return "'" + Printable(text) + "'"; }

/// Numbers as JSON Schema sees them: 3.0 is a whole one.
std::optional<uint64_t> WholeNumber(const json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    return number < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(number));
  }
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  if (!(number >= 0) || number >= kTwoTo64 || std::floor(number) != number) return std::nullopt;
  return static_cast<uint64_t>(number);
}

Expected<uint64_t> CheckCount(std::optional<uint64_t> count, uint64_t most, const std::string& shown,
                              const Place& place) {
  if (!count) return place.Wrong(" takes a whole number; not " + shown);
  if (*count > most) return place.Wrong(": " + shown + " is too many; at most " + std::to_string(most));
  return *count;
}

Expected<uint64_t> CheckBytes(std::optional<uint64_t> bytes, const std::string& shown, const Place& place) {
  if (!bytes || *bytes > kMostBytes) {
    return place.Wrong(" takes a size such as 65536, 64kb, 256mb or 1gb; not " + shown);
  }
  return *bytes;
}

Expected<void> CheckTime(std::optional<std::chrono::nanoseconds> time, const std::string& shown, const Place& place,
                         std::chrono::nanoseconds& out) {
  if (!time) {
    return place.Wrong(" takes a time such as 500ms, 30s or 2m, more than zero; not " + shown);
  }
  out = *time;
  return {};
}

std::optional<std::chrono::nanoseconds> TimeOf(const json& value) {
  if (value.is_string()) return ParseTime(value.get_ref<const std::string&>());
  return value.is_number() ? TimeOfSeconds(value.get<double>()) : std::nullopt;
}

Expected<void> CheckNul(std::string_view path, const Place& place) {
  if (path.find('\0') == std::string_view::npos) return {};
  return place.Wrong(" takes a path, which cannot have a NUL character");
}

std::string Joined(std::string path, const ConfigReadOptions& options) {
  if (options.directory.empty() || path.empty() || path.front() == '/') return path;
  return (std::filesystem::path(options.directory) / path).lexically_normal().string();
}

Expected<void> SetPath(std::string_view text, std::string_view what, std::string& out, const Place& place,
                       const ConfigReadOptions& options) {
  if (text.empty()) return place.Wrong(" needs a " + std::string(what));
  if (auto checked = CheckNul(text, place); !checked) return checked;
  out = Joined(std::string(text), options);
  return {};
}

}  // namespace

std::string Printable(std::string_view text, size_t most) {
  std::string out(text.substr(0, most));
  for (char& c : out) c = c < ' ' || c > '~' ? '?' : c;
  return text.size() <= most ? out : out + "...";
}

std::string Shown(const json& value) {
  if (value.is_string()) return Quoted(value.get_ref<const std::string&>());
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

Expected<uint64_t> ReadCount(const json& value, uint64_t most, const Place& place) {
  return CheckCount(WholeNumber(value), most, Shown(value), place);
}

Expected<uint64_t> ParseCount(std::string_view text, uint64_t most, const Place& place) {
  uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const bool whole = !text.empty() && error == std::errc() && rest == end;
  return CheckCount(whole ? std::optional(count) : std::nullopt, most, whole ? std::string(text) : Quoted(text), place);
}

Expected<uint64_t> ReadBytes(const json& value, const Place& place) {
  if (value.is_string()) return ParseBytes(value.get_ref<const std::string&>(), place);
  return CheckBytes(WholeNumber(value), Shown(value), place);
}

Expected<uint64_t> ParseBytes(std::string_view text, const Place& place) {
  return CheckBytes(ParseSize(text), Quoted(text), place);
}

json WriteBytes(uint64_t bytes, const ConfigWriteOptions& options) {
  bytes = std::min(bytes, kMostBytes);
  std::string text = SizeText(bytes);
  return options.units && text != std::to_string(bytes) ? json(std::move(text)) : json(bytes);
}

Expected<std::string> ReadText(const json& value, const Place& place) {
  if (!value.is_string()) return place.Wrong(" takes text; not " + Shown(value));
  return value.get<std::string>();
}

json WriteText(std::string_view text) {
  return support::ToUtf8({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

json WithoutFlags(json schema) {
  if (!schema.is_object()) return schema;
  schema.erase("x-flag");
  for (json& part : schema) part = WithoutFlags(std::move(part));
  return schema;
}

void NoteMore(const json& wanted, const json& allowed, const Place& place, Cutting& cutting) {
  const auto shown = [](const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
  cutting.Note(place, shown(wanted) + " is more than the " + shown(allowed) + " allowed");
}

Expected<void> Time::Read(const json& value, std::chrono::nanoseconds& out, const Place& place,
                          const ConfigReadOptions& /*options*/) {
  return CheckTime(TimeOf(value), Shown(value), place, out);
}

json Time::Write(std::chrono::nanoseconds time, const ConfigWriteOptions& options) {
  std::string text = TimeText(time);
  if (options.units) return text;
  time = *ParseTime(text);
  if (time % std::chrono::seconds(1) == std::chrono::nanoseconds::zero()) {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
  }
  const double seconds = std::chrono::duration<double>(time).count();
  // Months to the nanosecond are more than a floating-point number holds.
  return TimeOfSeconds(seconds) == time ? json(seconds) : json(std::move(text));
}

Expected<void> Time::Set(std::string_view /*path*/, std::string_view text, std::chrono::nanoseconds& out,
                         const Place& place, const ConfigReadOptions& /*options*/) {
  return CheckTime(ParseTime(text), Quoted(text), place, out);
}

void Time::Cut(std::chrono::nanoseconds& wanted, std::chrono::nanoseconds ceiling, const Place& place,
               Cutting& cutting) {
  if (wanted > ceiling) NoteMore(TimeText(wanted), TimeText(ceiling), place, cutting);
  wanted = std::min(wanted, ceiling);
}

Expected<void> Switch::Read(const json& value, bool& out, const Place& place, const ConfigReadOptions& /*options*/) {
  if (!value.is_boolean()) return place.Wrong(" takes true or false; not " + Shown(value));
  out = value.get<bool>();
  return {};
}

void Permission::Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting) {
  if (wanted && !ceiling) cutting.Note(place, "is not allowed");
  wanted = wanted && ceiling;
}

void Restriction::Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting) {
  if (!wanted && ceiling) cutting.Note(place, "cannot be left out");
  wanted = wanted || ceiling;
}

void CeilingsSwitch::Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting) {
  if (wanted && !ceiling) cutting.Note(place, "is the host's to choose");
  wanted = ceiling;
}

Expected<void> Text::Read(const json& value, std::string& out, const Place& place,
                          const ConfigReadOptions& /*options*/) {
  auto text = ReadText(value, place);
  if (!text) return text.error();
  out = std::move(*text);
  return {};
}

Expected<void> Text::Set(std::string_view /*path*/, std::string_view text, std::string& out, const Place& /*place*/,
                         const ConfigReadOptions& /*options*/) {
  out = text;
  return {};
}

Expected<void> BorrowedText::Read(const json& value, std::string_view& out, const Place& place,
                                  const ConfigReadOptions& /*options*/) {
  if (!value.is_string()) return place.Wrong(" takes text; not " + Shown(value));
  out = value.get_ref<const std::string&>();
  return {};
}

Expected<void> BorrowedText::Set(std::string_view /*path*/, std::string_view text, std::string_view& out,
                                 const Place& /*place*/, const ConfigReadOptions& /*options*/) {
  out = text;
  return {};
}

Expected<void> File::Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options) {
  std::string path;
  if (auto read = Text::Read(value, path, place, options); !read) return read;
  if (auto checked = CheckNul(path, place); !checked) return checked;
  out = Joined(std::move(path), options);
  return {};
}

Expected<void> File::Set(std::string_view /*path*/, std::string_view text, std::string& out, const Place& place,
                         const ConfigReadOptions& options) {
  return SetPath(text, "file", out, place, options);
}

Expected<void> Directory::Set(std::string_view /*path*/, std::string_view text, std::string& out, const Place& place,
                              const ConfigReadOptions& options) {
  return SetPath(text, "directory", out, place, options);
}

Expected<void> Image::Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options) {
  const bool name = value.is_string() && guest::IsImageName(value.get_ref<const std::string&>());
  return File::Read(value, out, place, name ? ConfigReadOptions() : options);
}

Expected<void> Image::Set(std::string_view /*path*/, std::string_view text, std::string& out, const Place& place,
                          const ConfigReadOptions& options) {
  return SetPath(text, "name or file", out, place, guest::IsImageName(text) ? ConfigReadOptions() : options);
}

Expected<void> CheckIsList(const json& value, const Place& place) {
  if (!value.is_array()) return place.Wrong(" takes a list; not " + Shown(value));
  if (value.size() > kMaxItems) return place.Wrong(" takes at most " + std::to_string(kMaxItems) + " items");
  return {};
}

}  // namespace goru::config
