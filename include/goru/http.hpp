// What sandboxed code may do with http, and how its requests are made.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace goru {

/// One attempt of a guest to reach a host: each request, and each redirect that it follows.
struct HttpAttempt {
  /// Session::id.
  uint64_t session_id = 0;
  std::string method;
  /// As it was to be requested, without user name and password. Not trimmed of what its query holds.
  std::string url;
  /// The address that was connected to; empty where it did not come to that.
  std::string address;
  /// Whether policy let it through.
  bool allowed = false;
  /// Why it was refused or failed; empty where a response came.
  std::string error;
  /// Of the response; 0 where there was none.
  int status = 0;
  /// Of the bodies, as they were handed over.
  uint64_t sent_bytes = 0;
  uint64_t received_bytes = 0;
  std::chrono::nanoseconds duration{0};
  /// 0 for the request itself, 1 for the first redirect, and so on.
  unsigned redirect = 0;
};

/// Called on a thread of the library, for several requests at the same time. Must not throw and must not block.
using HttpAudit = std::function<void(const HttpAttempt&)>;

/// A value that the host puts into headers and that sandboxed code never sees.
struct HttpSecret {
  /// Letters, digits and underscores.
  std::string name = {};
  /// At least 8 bytes of printable ASCII: it is looked for in responses.
  std::string value = {};
  /// Where it may be sent: entries as in an allow-list.
  std::vector<std::string> hosts = {};
};

/// The http policy of one session. Set through SessionOption.
struct HttpConfig {
  /// "example.com", "*.example.com" (its subdomains, not itself), "127.0.0.1", "[::1]", "localhost", each optionally
  /// with ":port". Without a port, any. None: http is off.
  std::vector<std::string> allowed_hosts = {};
  /// Address ranges such as "10.0.0.0/8" that allowed hosts may have though they are not public.
  std::vector<std::string> allowed_networks = {};
  std::vector<HttpSecret> secrets = {};
  /// Certificates (PEM) to trust instead of the system's.
  std::string ca_file = {};
  /// The proxy to use, such as "http://proxy.example:3128"; empty: none.
  std::string proxy = {};
  /// Use the proxy that the environment names (http_proxy, https_proxy, no_proxy).
  bool proxy_from_environment = false;
  /// Follow redirects from https to http.
  bool allow_downgrade = false;
  HttpAudit audit = {};
};

}  // namespace goru
