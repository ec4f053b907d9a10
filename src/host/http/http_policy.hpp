// What one session may do with http: its configuration, checked and ready to be asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goru/http.hpp"
#include "goru/limits.hpp"
#include "host/http/address.hpp"
#include "host/http/allow_list.hpp"
#include "host/http/failure.hpp"
#include "host/http/proxy.hpp"
#include "host/http/secrets.hpp"
#include "host/http/url.hpp"

namespace goru::host::http {

/// Immutable and thread-safe.
struct HttpPolicy {
  AllowList allowed;
  std::vector<Network> networks;
  Secrets secrets;
  Proxies proxies;
  std::string ca_file;
  bool allow_downgrade = false;
  HttpAudit audit;
  HttpLimits limits;

  /// kInvalidArgument: names what is wrong.
  static Expected<std::shared_ptr<const HttpPolicy>> Create(const HttpConfig& config, const HttpLimits& limits);

  /// Whether the allow-list has it.
  std::optional<Failure> CheckHost(const Url& url) const;
  /// Whether a connection to that host, which the allow-list has, may go to all of these addresses.
  std::optional<Failure> CheckAddresses(const HostName& host, const std::vector<IpAddress>& addresses) const;

 private:
  bool MayConnect(const HostName& host, const IpAddress& address) const;
};

}  // namespace goru::host::http
