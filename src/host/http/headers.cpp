#include "host/http/headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "host/http/hints.hpp"
#include "host/http/host_name.hpp"

namespace goru::host::http {
namespace {

/// They decide where a request ends and which connection carries it.
constexpr std::array<std::string_view, 9> kOwn = {
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect"};

bool IsTokenCharacter(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}
bool IsToken(std::string_view name) { return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenCharacter); }

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::optional<Failure> CheckName(const std::string& name) {
  if (!IsToken(name)) return Failure::Wrong("\"" + Shown(name) + "\" cannot be the name of a header");
  const std::string lower = LowerCase(name);
  if (lower.starts_with("proxy-") || std::find(kOwn.begin(), kOwn.end(), lower) != kOwn.end()) {
    return Failure::Wrong("the header " + Shown(name) + " is set by goru and cannot be given");
  }
  return std::nullopt;
}

std::optional<Failure> CheckValue(const std::string& name, std::string_view value) {
  using namespace std::string_view_literals;
  if (value.find_first_of("\r\n\0"sv) == std::string_view::npos) return std::nullopt;
  return Failure::Wrong("the value of the header " + name + " has a line end or NUL");
}

}  // namespace

bool IsCalled(const Header& header, std::string_view name) {
  return header.name.size() == name.size() && LowerCase(header.name) == LowerCase(name);
}

const Header* FindHeader(const Headers& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [name](const Header& header) { return IsCalled(header, name); });
  return found == headers.end() ? nullptr : &*found;
}

size_t WireSize(const Headers& headers) {
  constexpr size_t kSeparators = 4;  // ": " and CR LF
  size_t size = 0;
  for (const Header& header : headers) size += header.name.size() + header.value.size() + kSeparators;
  return size;
}

std::optional<Failure> ReadRequestHeaders(const nlohmann::json& list, size_t max_bytes, Headers& headers) {
  constexpr const char* kMalformed = "headers are pairs of strings";
  if (!list.is_array()) return Failure{"TypeError", kMalformed};
  if (list.size() > kMaxHeaders) {
    return Failure::TooLarge("there are more than " + std::to_string(kMaxHeaders) + " headers");
  }
  const auto too_large = [max_bytes] {
    return Failure::TooLarge("the headers are larger than " + std::to_string(max_bytes) + " bytes (" +
                             std::string(kLimitsHint) + ")");
  };
  size_t bytes = 0;
  for (const nlohmann::json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      return Failure{"TypeError", kMalformed};
    }
    const auto& name = pair[0].get_ref<const std::string&>();
    // Before it is looked at letter by letter.
    if (name.size() > max_bytes || pair[1].get_ref<const std::string&>().size() > max_bytes) return too_large();
    const std::string_view value = Trim(pair[1].get_ref<const std::string&>());
    if (auto failure = CheckName(name)) return failure;
    if (auto failure = CheckValue(name, value)) return failure;
    headers.push_back({name, std::string(value)});
    bytes += WireSize({headers.back()});
    if (bytes > max_bytes) return too_large();
  }
  return std::nullopt;
}

void DropBodyHeaders(Headers& headers) {
  std::erase_if(headers, [](const Header& header) {
    return IsCalled(header, "content-type") || IsCalled(header, "content-encoding") ||
           IsCalled(header, "content-language") || IsCalled(header, "content-location");
  });
}

void DropCredentials(Headers& headers) {
  std::erase_if(headers, [](const Header& header) {
    return IsCalled(header, "authorization") || IsCalled(header, "cookie") || IsCalled(header, "cookie2");
  });
}

bool ResponseHead::Add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > max_bytes_) return false;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    // The final response, behind one that only said to go on.
    headers_.clear();
    complete_ = false;
    const size_t space = line.find(' ');
    const std::string_view code = space == std::string_view::npos ? "" : line.substr(space + 1, 3);
    status_ = 0;
    std::from_chars(code.data(), code.data() + code.size(), status_);
    return true;
  }
  if (line.empty()) complete_ = true;
  if (complete_) return true;
  if ((line.front() == ' ' || line.front() == '\t') && !headers_.empty()) {
    headers_.back().value.append(" ").append(Trim(line));
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  if (headers_.size() == kMaxHeaders) return false;
  headers_.push_back({std::string(Trim(line.substr(0, colon))), std::string(Trim(line.substr(colon + 1)))});
  return true;
}

}  // namespace goru::host::http
