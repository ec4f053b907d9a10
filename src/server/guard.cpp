#include "server/guard.hpp"

#include <algorithm>

namespace goru::server {
namespace {

/// What a page may send and read where CORS lets it.
constexpr std::string_view kMethods = "GET, POST, PUT, DELETE, OPTIONS";
constexpr std::string_view kRequestHeaders =
    "authorization, content-type, traceparent, tracestate, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, "
    "last-event-id";
constexpr std::string_view kResponseHeaders = "x-request-id, traceparent, retry-after, mcp-session-id";

}  // namespace

std::string HostWithoutPort(std::string_view host) {
  const size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  std::string name(bracket == std::string_view::npos ? host.substr(0, host.rfind(':')) : host.substr(0, bracket + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.ends_with('.')) name.pop_back();
  return name;
}

Guard::Guard(Rules rules, std::optional<Tokens> tokens) : rules_(std::move(rules)) {
  if (tokens) tokens_ = std::make_shared<const Tokens>(std::move(*tokens));
}

void Guard::ReplaceTokens(Tokens tokens) {
  auto replaced = std::make_shared<const Tokens>(std::move(tokens));
  const std::lock_guard lock(mutex_);
  tokens_.swap(replaced);
}

std::shared_ptr<const Tokens> Guard::tokens() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

bool Guard::KnowsHost(std::string_view host, bool has_tokens) const {
  const std::string name = HostWithoutPort(host);
  if (name == "localhost" || name == "127.0.0.1" || name == "[::1]") return true;
  if (std::find(rules_.hostnames.begin(), rules_.hostnames.end(), name) != rules_.hostnames.end()) return true;
  // A page that reaches the server under a name of its own has no token.
  return has_tokens && rules_.hostnames.empty();
}

bool Guard::AllowsOrigin(std::string_view origin) const {
  return std::any_of(rules_.cors_origins.begin(), rules_.cors_origins.end(),
                     [origin](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

bool Guard::IsOwnOrigin(std::string_view origin, std::string_view host) const {
  // Behind a proxy the page's own scheme may be the other one; the Host was checked before.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if ((rules_.tls && scheme == "http://") || !origin.starts_with(scheme)) continue;
    return !host.empty() && origin.substr(scheme.size()) == host;
  }
  return false;
}

std::optional<Response> Guard::Refuse(Request& request, bool open) const {
  const auto tokens = this->tokens();
  const std::string_view host = request.Header("host");
  if (!KnowsHost(host, tokens != nullptr)) {
    return ErrorResponse(421, "misdirected", "this server is not known under that Host; --hostname NAME makes it so");
  }
  if (request.HasHeader("origin")) {
    const std::string_view origin = request.Header("origin");
    if (!IsOwnOrigin(origin, host) && !AllowsOrigin(origin)) {
      return ErrorResponse(403, "forbidden", "pages of that Origin may not ask; --cors-origin ORIGIN lets them");
    }
  } else if (request.Header("sec-fetch-site") == "cross-site" && request.method != "GET") {
    return ErrorResponse(403, "forbidden", "other sites' pages may not ask; --cors-origin ORIGIN lets them");
  }
  if (tokens == nullptr) {
    request.client = rules_.anybody;
    return std::nullopt;
  }
  const std::string_view token = BearerToken(request.Header("authorization"));
  request.client = tokens->Find(token);
  if (request.client != nullptr) return std::nullopt;
  if (open) {
    request.client = rules_.anybody;
    return std::nullopt;
  }
  Response response = ErrorResponse(
      401, "unauthorized",
      token.empty() ? "a token is needed: Authorization: Bearer TOKEN" : "the token is not one that this server knows");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::optional<Response> Guard::Preflight(const Request& request) const {
  if (request.method != "OPTIONS" || !request.HasHeader("origin") ||
      !request.HasHeader("access-control-request-method")) {
    return std::nullopt;
  }
  Response response = NoContent();
  if (AllowsOrigin(request.Header("origin"))) {
    response.headers.emplace_back("Access-Control-Allow-Methods", kMethods);
    response.headers.emplace_back("Access-Control-Allow-Headers", kRequestHeaders);
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  return response;
}

void Guard::AddCorsHeaders(const Request& request, Response& response) const {
  if (rules_.cors_origins.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.Header("origin");
  if (origin.empty() || !AllowsOrigin(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", kResponseHeaders);
}

}  // namespace goru::server
