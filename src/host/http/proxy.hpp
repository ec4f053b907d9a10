// The proxy that requests go through, where there is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "goru/http.hpp"
#include "host/http/host_name.hpp"
#include "host/http/url.hpp"

namespace goru::host::http {

/// A value.
struct Proxy {
  /// As libcurl takes it, with user and password where it has them. Never shown to anyone.
  std::string url;
  HostName host;
  uint16_t port = 0;

  /// "http://", "https://" or "socks5h://" (nothing: http), user and password, host and port. `option` is named in the
  /// error, which is kInvalidArgument.
  static Expected<Proxy> Parse(const std::string& url, const std::string& option);
};

/// Which requests go through which proxy. Immutable and thread-safe.
class Proxies {
 public:
  /// Reads the environment where `config` wants that.
  static Expected<Proxies> Create(const HttpConfig& config);

  /// Null: none, the connection goes to the host itself.
  const Proxy* For(const Url& url) const;

 private:
  std::optional<Proxy> http_;
  std::optional<Proxy> https_;
  /// Names that are reached without a proxy, with all of their subdomains. "*": all.
  std::vector<std::string> direct_;
};

}  // namespace goru::host::http
