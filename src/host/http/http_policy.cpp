#include "host/http/http_policy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "host/http/hints.hpp"

namespace goru::host::http {
namespace {

Expected<void> CheckCaFile(const std::string& path) {
  if (path.empty()) return {};
  struct stat status = {};
  const bool readable =
      ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), R_OK) == 0;
  if (readable) return {};
  return Error{ErrorKind::kInvalidArgument,
               "the certificate file " + path + " cannot be read (WithSessionHttpCaFile, --http-ca-file)"};
}

}  // namespace

Expected<std::shared_ptr<const HttpPolicy>> HttpPolicy::Create(const HttpConfig& config, const HttpLimits& limits) {
  auto allowed = AllowList::Create(config.allowed_hosts, "WithSessionAllowedHosts, --allow-host");
  if (!allowed) return allowed.error();
  auto secrets = Secrets::Create(config.secrets);
  if (!secrets) return secrets.error();
  auto proxies = Proxies::Create(config);
  if (!proxies) return proxies.error();
  if (auto readable = CheckCaFile(config.ca_file); !readable) return readable.error();
  if (limits.timeout <= std::chrono::nanoseconds::zero()) {
    return Error{ErrorKind::kInvalidArgument, "the timeout of http must be more than zero (WithSessionHttpLimits)"};
  }
  auto policy = std::make_shared<HttpPolicy>();
  for (const std::string& text : config.allowed_networks) {
    const auto network = ParseNetwork(text);
    if (!network) {
      return Error{ErrorKind::kInvalidArgument,
                   "\"" + text +
                       "\" is no address range; write it like 10.0.0.0/8 or fd00::/8, with zeros behind the prefix "
                       "(WithSessionAllowedNetworks, --allow-network)"};
    }
    policy->networks.push_back(*network);
  }
  policy->allowed = std::move(*allowed);
  policy->secrets = std::move(*secrets);
  policy->proxies = std::move(*proxies);
  policy->ca_file = config.ca_file;
  policy->allow_downgrade = config.allow_downgrade;
  policy->audit = config.audit;
  policy->limits = limits;
  return std::shared_ptr<const HttpPolicy>(std::move(policy));
}

std::optional<Failure> HttpPolicy::CheckHost(const Url& url) const {
  if (allowed.Allows(url.host, url.port)) return std::nullopt;
  const uint16_t usual = url.https ? 443 : 80;
  const std::string place = url.host.text + (url.port == usual ? "" : ":" + std::to_string(url.port));
  return Failure::Refused("http may not reach " + place + ": it is not in the allow-list (" +
                          std::string(kAllowHostHint) + place + ")");
}

bool HttpPolicy::MayConnect(const HostName& host, const IpAddress& address) const {
  if (IsPublic(address)) return true;
  // The allow-list has the host, so an address has been allowed as such.
  if (host.address) return *host.address == address;
  if (host.IsLocalhost() && IsLoopback(address)) return true;
  return std::any_of(networks.begin(), networks.end(),
                     [&address](const Network& network) { return network.Contains(address); });
}

std::optional<Failure> HttpPolicy::CheckAddresses(const HostName& host, const std::vector<IpAddress>& addresses) const {
  const auto refused = std::find_if(addresses.begin(), addresses.end(),
                                    [&](const IpAddress& address) { return !MayConnect(host, address); });
  if (refused == addresses.end()) return std::nullopt;
  const std::string text = ToText(*refused);
  return Failure::Refused("http may not reach " + host.text + ": its address " + text + " is not public (" +
                          std::string(kAllowNetworkHint) + text + ")");
}

}  // namespace goru::host::http
