// Which requests are looked at: their Host, where a web page sent them from, and their token.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/request.hpp"
#include "server/tokens.hpp"

namespace goru::server {

/// Thread-safe.
class Guard {
 public:
  struct Rules {
    /// Lower case, without a port. The names of loopback always count.
    std::vector<std::string> hostnames;
    std::vector<std::string> cors_origins;
    /// Whoever comes, where there are no tokens.
    std::shared_ptr<Client> anybody;
    /// Of the server's own origin.
    bool tls = false;
  };
  explicit Guard(Rules rules, std::optional<Tokens> tokens);

  /// Sets the request's client, or says why it is refused. `open`: the endpoint needs no token.
  std::optional<Response> Refuse(Request& request, bool open) const;
  /// The answer to a CORS preflight; nothing where the request is none.
  std::optional<Response> Preflight(const Request& request) const;
  /// What a response to this request says of CORS.
  void AddCorsHeaders(const Request& request, Response& response) const;

  void ReplaceTokens(Tokens tokens);
  std::shared_ptr<const Tokens> tokens() const;

 private:
  bool KnowsHost(std::string_view host, bool has_tokens) const;
  bool AllowsOrigin(std::string_view origin) const;
  bool IsOwnOrigin(std::string_view origin, std::string_view host) const;

  const Rules rules_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Tokens> tokens_;
};

/// "example.com" of "Example.com:8080", "[::1]" of "[::1]:80".
std::string HostWithoutPort(std::string_view host);

}  // namespace goru::server
