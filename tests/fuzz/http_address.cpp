// Hosts, addresses, networks and proxies as configurations and guests write them.
#include <cstdint>
#include <string>

#include "host/http/address.hpp"
#include "host/http/host_entry.hpp"
#include "host/http/host_name.hpp"
#include "host/http/proxy.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace http = goru::host::http;
  using goru::fuzz::Require;
  const std::string_view text = goru::fuzz::Text(data, size);
  if (const auto address = http::ParseAddress(text)) {
    Require(http::ParseAddress(http::ToText(*address)) == address);
    Require(!http::IsLoopback(*address) || !http::IsPublic(*address));
  }
  if (const auto network = http::ParseNetwork(text)) {
    Require(network->Contains(network->address));
    const auto again = http::ParseNetwork(http::ToText(*network));
    Require(again && again->address == network->address && again->bits == network->bits);
    const auto meet = network->Meet(*network);
    Require(meet && meet->bits == network->bits);
  }
  if (const auto host = http::ParseHostName(text)) {
    const auto again = http::ParseHostName(host->text);
    Require(again && *again == *host);
    Require(host->text == http::LowerCase(host->text) && host->text.find_first_of("/@#?\\ %") == std::string::npos);
  }
  if (const auto port = http::ParsePort(text)) Require(*port > 0);
  if (const auto entry = http::HostEntry::Parse(text)) {
    const auto again = http::HostEntry::Parse(http::ToText(*entry));
    Require(again && *again == *entry);
    Require(entry->subdomains || entry->Allows(entry->host, entry->port.value_or(443)));
    const auto meet = entry->Meet(*entry);
    Require(meet && *meet == *entry);
  }
  const auto proxy = http::Proxy::Parse(std::string(text), "--proxy");
  Require(!proxy || (proxy->port > 0 && !proxy->host.text.empty()));
  return 0;
}
