#include "host/http/proxy.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace goru::host::http {
namespace {

std::string Environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

/// Names between commas or spaces, without the dot that some begin with.
std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> names;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find_first_of(", \t", at), list.size());
    size_t begin = at;
    while (begin < end && list[begin] == '.') ++begin;
    if (begin < end) names.push_back(LowerCase(list.substr(begin, end - begin)));
    at = end + 1;
  }
  return names;
}

bool IsUnder(const std::string& name, const std::string& domain) {
  return name == domain ||
         (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.');
}

}  // namespace

Expected<Proxy> Proxy::Parse(const std::string& url, const std::string& option) {
  constexpr std::array<std::string_view, 3> kSchemes = {"http", "https", "socks5h"};
  // The URL may hold a password, so no message repeats it.
  const auto wrong = [&option](const std::string& why) {
    return Error{ErrorKind::kInvalidArgument, "the proxy cannot be used: " + why + " (" + option + ")"};
  };
  const bool clean = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!clean) return wrong("it has spaces, control characters or letters outside ASCII");
  std::string_view rest = url;
  std::string scheme = "http";
  if (const size_t end = rest.find("://"); end != std::string_view::npos) {
    scheme = LowerCase(rest.substr(0, end));
    rest.remove_prefix(end + 3);
  }
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) {
    return wrong("its scheme is none of http, https and socks5h");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const size_t at = rest.rfind('@');
  const std::string_view user = at == std::string_view::npos ? std::string_view() : rest.substr(0, at + 1);
  const std::string_view place = rest.substr(user.size());
  const size_t colon = place.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : ParsePort(place.substr(colon + 1));
  if (!port) return wrong("write it as http://proxy.example:3128");
  auto host = ParseHostName(place.substr(0, colon));
  if (!host) return wrong(host.error().message);
  std::string normal = scheme + "://" + std::string(user) + host->text + ":" + std::to_string(*port);
  return Proxy{std::move(normal), std::move(*host), *port};
}

Expected<Proxies> Proxies::Create(const HttpConfig& config) {
  Proxies proxies;
  const auto set = [](std::optional<Proxy>& proxy, const std::string& url, const std::string& option) {
    if (url.empty()) return Expected<void>();
    auto parsed = Proxy::Parse(url, option);
    if (!parsed) return Expected<void>(parsed.error());
    proxy = std::move(*parsed);
    return Expected<void>();
  };
  std::string http = config.proxy;
  std::string https = config.proxy;
  std::string option = "WithSessionHttpProxy, --http-proxy";
  if (config.proxy.empty() && config.proxy_from_environment) {
    // HTTP_PROXY is what a web server calls a header of its client, so only the lower-case name counts.
    http = Environment({"http_proxy", "all_proxy", "ALL_PROXY"});
    https = Environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    proxies.direct_ = Split(Environment({"no_proxy", "NO_PROXY"}));
    option = "WithSessionHttpProxyFromEnvironment";
  }
  if (auto done = set(proxies.http_, http, option); !done) return done.error();
  if (auto done = set(proxies.https_, https, option); !done) return done.error();
  return proxies;
}

const Proxy* Proxies::For(const Url& url) const {
  const std::optional<Proxy>& proxy = url.https ? https_ : http_;
  if (!proxy) return nullptr;
  const bool direct = std::any_of(direct_.begin(), direct_.end(), [&url](const std::string& name) {
    return name == "*" || IsUnder(url.host.text, name);
  });
  return direct ? nullptr : &*proxy;
}

}  // namespace goru::host::http
