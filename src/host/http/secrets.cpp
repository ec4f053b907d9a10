#include "host/http/secrets.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/http/hints.hpp"

namespace goru::host::http {
namespace {

constexpr size_t kMaxName = 64;
constexpr size_t kMinValue = 8;
constexpr size_t kMaxValue = size_t{16} << 10;
constexpr std::string_view kPrefix = "{{goru:secret:";
constexpr std::string_view kSuffix = "}}";

bool IsAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameCharacter(char c) { return IsAlphanumeric(c) || c == '_'; }
bool IsPrintable(char c) { return c >= 0x20 && c < 0x7F; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<std::string> WhatIsWrong(const HttpSecret& secret) {
  if (secret.value.size() < kMinValue) return "its value is shorter than 8 bytes";
  if (secret.value.size() > kMaxValue) return "its value is longer than 16 KiB";
  if (!std::all_of(secret.value.begin(), secret.value.end(), IsPrintable)) return "its value is not printable ASCII";
  // Headers lose them on the way, and then the value would not be recognised.
  if (secret.value.front() == ' ' || secret.value.back() == ' ') return "its value begins or ends with a space";
  if (secret.value.find(kPrefix) != std::string::npos) return "its value looks like a placeholder";
  if (secret.hosts.empty()) return "it has no host to be sent to";
  return std::nullopt;
}

/// RFC 3986: everything but the unreserved characters, or only what `kept` says.
std::string PercentEncode(std::string_view text, std::string_view kept) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (IsAlphanumeric(c) || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<uint8_t>(c) >> 4];
      out += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  return out;
}

/// How others write `value`, in lower case.
std::vector<std::string> SpellingsOf(const std::string& value) {
  constexpr std::string_view kUnreserved = "-._~";
  constexpr std::string_view kInUrls = "-._~:/?#[]@!$&'()*+,;=%\"<>\\^`{|}";
  std::string json = nlohmann::json(value).dump();
  json = json.substr(1, json.size() - 2);
  std::vector<std::string> out = {LowerCase(value), LowerCase(json), LowerCase(PercentEncode(value, kUnreserved)),
                                  LowerCase(PercentEncode(value, kInUrls))};
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

Expected<Secrets> Secrets::Create(const std::vector<HttpSecret>& secrets) {
  Secrets out;
  const auto invalid = [](const std::string& message) {
    return Error{ErrorKind::kInvalidArgument, message + " (" + std::string(kSecretHint) + ")"};
  };
  for (const HttpSecret& secret : secrets) {
    const bool well_named = !secret.name.empty() && secret.name.size() <= kMaxName &&
                            std::all_of(secret.name.begin(), secret.name.end(), IsNameCharacter);
    if (!well_named) return invalid("a secret's name has 1 to 64 letters, digits and underscores");
    if (auto wrong = WhatIsWrong(secret)) {
      return invalid("the secret " + secret.name + " cannot be used: " + *wrong);
    }
    if (out.Placeholder(secret.name)) return invalid("there are two secrets called " + secret.name);
    auto hosts = AllowList::Create(secret.hosts, std::string(kSecretHint));
    if (!hosts) return hosts.error();
    for (std::string& text : SpellingsOf(secret.value)) {
      out.spellings_.push_back({std::move(text), out.secrets_.size()});
    }
    out.secrets_.push_back(
        {secret.name, std::string(kPrefix) + secret.name + std::string(kSuffix), secret.value, std::move(*hosts)});
  }
  std::sort(out.spellings_.begin(), out.spellings_.end(),
            [](const Spelling& a, const Spelling& b) { return a.text.size() > b.text.size(); });
  for (const Spelling& spelling : out.spellings_) out.begins_[static_cast<uint8_t>(spelling.text.front())] = true;
  return out;
}

std::optional<std::string> Secrets::Placeholder(std::string_view name) const {
  for (const Secret& secret : secrets_) {
    if (secret.name == name) return secret.placeholder;
  }
  return std::nullopt;
}

bool Secrets::IsMentioned(std::string_view text) const {
  return std::any_of(secrets_.begin(), secrets_.end(),
                     [text](const Secret& secret) { return text.find(secret.placeholder) != std::string_view::npos; });
}

std::optional<Failure> Secrets::InsertInto(std::string& value, const Url& url, bool is_private,
                                           size_t max_bytes) const {
  // Values hold no placeholder, so one pass for each secret finds those that the guest wrote and no others.
  for (const Secret& secret : secrets_) {
    size_t at = value.find(secret.placeholder);
    if (at == std::string::npos) continue;
    if (!secret.hosts.Allows(url.host, url.port)) {
      return Failure::Refused("the secret " + secret.name + " may not be sent to " + url.host.text + " (" +
                              std::string(kSecretHint) + ")");
    }
    if (!is_private) {
      return Failure::Refused("the secret " + secret.name + " is sent over https or to this machine only, and " +
                              url.host.text + " was to be reached over plain http");
    }
    for (; at != std::string::npos; at = value.find(secret.placeholder, at + secret.value.size())) {
      value.replace(at, secret.placeholder.size(), secret.value);
      if (value.size() > max_bytes) {
        return Failure::TooLarge("the headers with their secrets are larger than " + std::to_string(max_bytes) +
                                 " bytes (" + std::string(kLimitsHint) + ")");
      }
    }
  }
  return std::nullopt;
}

std::optional<Failure> Secrets::Insert(const Url& url, bool is_private, size_t max_bytes, Headers& headers) const {
  if (secrets_.empty()) return std::nullopt;
  Headers inserted = headers;
  size_t left = max_bytes;
  for (Header& header : inserted) {
    if (auto failure = InsertInto(header.value, url, is_private, left)) return failure;
    left -= std::min(left, header.value.size());
  }
  headers = std::move(inserted);
  return std::nullopt;
}

const Secrets::Spelling* Secrets::SpellingAt(std::string_view text, size_t at) const {
  if (!begins_[static_cast<uint8_t>(Lower(text[at]))]) return nullptr;
  for (const Spelling& spelling : spellings_) {
    if (text.size() - at < spelling.text.size()) continue;
    if (std::equal(spelling.text.begin(), spelling.text.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [](char expected, char found) { return expected == Lower(found); })) {
      return &spelling;
    }
  }
  return nullptr;
}

std::string Secrets::Redact(std::string text) const {
  if (secrets_.empty()) return text;
  std::string out;
  size_t copied = 0;
  for (size_t at = 0; at < text.size();) {
    const Spelling* found = SpellingAt(text, at);
    if (found == nullptr) {
      ++at;
      continue;
    }
    out.append(text, copied, at - copied).append(secrets_[found->secret].placeholder);
    at += found->text.size();
    copied = at;
  }
  if (copied == 0) return text;
  return out.append(text, copied, std::string::npos);
}

}  // namespace goru::host::http
