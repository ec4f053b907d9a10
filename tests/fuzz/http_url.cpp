// URLs of guests and servers: what policy lets through, and where libcurl would then connect to. The first byte chooses
// whether the rest is a guest's URL or a server's Location.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "host/http/allow_list.hpp"
#include "host/http/url.hpp"

namespace {

using goru::host::http::CurlLibrary;
using goru::host::http::Url;

/// What libcurl reads from the URL that it is given for the transfer.
std::string HostOf(const CurlLibrary& curl, const std::string& text) {
  CURLU* handle = curl.url();
  char* host = nullptr;
  std::string out;
  if (curl.url_set(handle, CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK &&
      curl.url_get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    out = host;
    curl.free(host);
  }
  curl.url_cleanup(handle);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace http = goru::host::http;
  static const CurlLibrary& curl = *CurlLibrary::Shared();
  static const auto allowed =
      *http::AllowList::Create({"example.com", "*.example.org:8080", "127.0.0.1", "[::1]", "localhost:80"}, "");
  static const Url base = std::get<Url>(http::ParseUrl(curl, "https://example.com/a/b?c"));
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  (void)http::WithoutUser(text);
  const auto parsed = data[0] % 2 == 0 ? http::ParseUrl(curl, text) : http::ResolveLocation(curl, base, text);
  const Url* url = std::get_if<Url>(&parsed);
  if (url == nullptr) return 0;
  // It reads as itself, and its host is the one that was asked about.
  const auto again = http::ParseUrl(curl, url->text);
  const Url* same = std::get_if<Url>(&again);
  if (same == nullptr || same->text != url->text || !same->SameOrigin(*url)) std::abort();
  if (HostOf(curl, url->text) != url->host.text) std::abort();
  if (!allowed.Allows(url->host, url->port)) return 0;
  const std::string& host = url->host.text;
  const bool known = host == "example.com" || host == "127.0.0.1" || host == "[::1]" ||
                     (host == "localhost" && url->port == 80) ||
                     (host.ends_with(".example.org") && host.size() > 12 && url->port == 8080);
  if (!known) std::abort();
  return 0;
}
