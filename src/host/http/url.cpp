#include "host/http/url.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace goru::host::http {
namespace {

using Parsed = std::variant<Url, Failure>;

struct Cleanup {
  const CurlLibrary* curl;
  void operator()(CURLU* url) const { curl->url_cleanup(url); }
  void operator()(char* text) const { curl->free(text); }
};
using Handle = std::unique_ptr<CURLU, Cleanup>;

std::optional<std::string> Part(const CurlLibrary& curl, CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl.url_get(url, part, &text, flags) != CURLUE_OK || text == nullptr) return std::nullopt;
  const std::unique_ptr<char, Cleanup> owner(text, Cleanup{&curl});
  return std::string(text);
}

Failure OtherScheme() { return Failure::Refused("http takes URLs that begin with http:// or https://"); }
Failure Wrong(const std::string& why) { return Failure::Wrong("http cannot use this URL: " + why); }

/// Where user, host and port stand in a URL that has them.
struct Authority {
  size_t begin = 0;
  size_t end = 0;
};
std::optional<Authority> FindAuthority(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || text.find_first_of("/?#") < scheme) return std::nullopt;
  const size_t begin = scheme + 3;
  return Authority{begin, std::min(text.find_first_of("/?#", begin), text.size())};
}

bool IsOutsideAscii(char c) { return static_cast<uint8_t>(c) >= 0x80; }
bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F; }

/// Writes bytes that no URL has as %XX: people and servers leave them as they are.
std::string Escape(std::string_view text, bool spaces) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsOutsideAscii(c) || (spaces && c == ' ')) {
      const auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

/// What can be said before a parser is asked: it would be more lenient.
std::optional<Failure> Refuse(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), IsControl)) return Wrong("it has control characters");
  const auto authority = FindAuthority(text);
  if (!authority) return std::nullopt;
  const std::string_view inner = text.substr(authority->begin, authority->end - authority->begin);
  const std::string scheme = LowerCase(text.substr(0, text.find("://")));
  if (scheme != "http" && scheme != "https") return OtherScheme();
  if (inner.empty()) return Wrong("it has no host");
  if (inner.find('@') != std::string_view::npos) {
    return Failure::Refused("http does not take a user name or password in a URL; use the header Authorization");
  }
  if (inner.find_first_of("\\ %") != std::string_view::npos)
    return Wrong("its host has a character that hosts never have");
  if (std::any_of(inner.begin(), inner.end(), IsOutsideAscii)) {
    return Wrong("its host has letters outside ASCII; write it in its xn-- form");
  }
  return std::nullopt;
}

/// Rebuilds what `handle` holds from checked parts.
Parsed Normalise(const CurlLibrary& curl, CURLU* handle) {
  const auto scheme = Part(curl, handle, CURLUPART_SCHEME);
  if (!scheme || (*scheme != "http" && *scheme != "https")) {
    return OtherScheme();
  }
  if (Part(curl, handle, CURLUPART_USER) || Part(curl, handle, CURLUPART_PASSWORD)) {
    return Failure::Refused("http does not take a user name or password in a URL; use the header Authorization");
  }
  if (Part(curl, handle, CURLUPART_ZONEID)) return Wrong("zones of IPv6 addresses are not supported");
  const auto name = Part(curl, handle, CURLUPART_HOST);
  auto host = ParseHostName(name.value_or(""));
  if (!host) return Wrong(host.error().message);
  const auto port = ParsePort(Part(curl, handle, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or(""));
  if (!port) return Wrong("its port is not a number from 1 to 65535");
  Url url{{}, std::move(*host), *port, *scheme == "https"};
  const bool built = curl.url_set(handle, CURLUPART_HOST, url.host.text.c_str(), 0) == CURLUE_OK &&
                     curl.url_set(handle, CURLUPART_FRAGMENT, nullptr, 0) == CURLUE_OK;
  const auto whole = built ? Part(curl, handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT) : std::nullopt;
  if (!whole) return Wrong("it is malformed");
  url.text = *whole;
  return url;
}

Parsed Parse(const CurlLibrary& curl, CURLU* handle, const std::string& text) {
  const CURLUcode code = curl.url_set(handle, CURLUPART_URL, text.c_str(), 0);
  switch (code) {
    case CURLUE_OK:
      return Normalise(curl, handle);
    case CURLUE_UNSUPPORTED_SCHEME:
      return OtherScheme();
    case CURLUE_BAD_SCHEME:
    case CURLUE_NO_SCHEME:
      return Wrong("it does not begin with http:// or https://");
    default:
      return Wrong(curl.url_strerror(code));
  }
}

}  // namespace

Parsed ParseUrl(const CurlLibrary& curl, std::string_view text) {
  if (auto refusal = Refuse(text)) return std::move(*refusal);
  if (text.find(' ') != std::string_view::npos) return Wrong("it has a space; write it as %20");
  if (!FindAuthority(text)) return Wrong("it does not begin with http:// or https://");
  const Handle handle(curl.url(), Cleanup{&curl});
  if (!handle) return Wrong("the host has no memory left");
  return Parse(curl, handle.get(), Escape(text, false));
}

Parsed ResolveLocation(const CurlLibrary& curl, const Url& base, std::string_view location) {
  while (location.starts_with(' ')) location.remove_prefix(1);
  while (location.ends_with(' ')) location.remove_suffix(1);
  // One that begins with two slashes names another host without saying the scheme.
  const std::string absolute =
      location.starts_with("//") ? (base.https ? "https:" : "http:") + std::string(location) : std::string(location);
  if (auto refusal = Refuse(absolute)) return std::move(*refusal);
  const Handle handle(curl.url(), Cleanup{&curl});
  if (!handle || curl.url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0) != CURLUE_OK) {
    return Wrong("the host has no memory left");
  }
  return Parse(curl, handle.get(), Escape(absolute, true));
}

std::string WithoutUser(std::string_view text) {
  // Whatever a parser may take for the end of user and password, the last one before the path is behind all of them.
  const size_t slashes = text.find("//");
  const size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  const size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  const size_t at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(text);
  return std::string(text.substr(0, begin)) + std::string(text.substr(at + 1));
}

}  // namespace goru::host::http
