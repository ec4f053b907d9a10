#include "host/http/guest_request.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/http/hints.hpp"
#include "host/wire_bytes.hpp"

namespace goru::host::http {
namespace {

using nlohmann::json;

/// The member of that name; null where it is missing.
const json& Member(const json& args, const char* name) {
  static const json none;
  const auto found = args.find(name);
  return found == args.end() ? none : *found;
}

std::optional<Failure> ReadMethod(const json& value, std::string& method) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  if (!value.is_string()) return Failure{"TypeError", "the method is a string"};
  constexpr size_t kLongest = 16;
  method = value.get_ref<const std::string&>().substr(0, kLongest);
  for (char& c : method) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end()) return std::nullopt;
  return Failure::Wrong("http has no method \"" + Shown(value.get_ref<const std::string&>()) +
                        "\"; it has GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS");
}

std::optional<Failure> ReadBody(const json& value, size_t most, std::optional<std::string>& body) {
  if (value.is_null()) return std::nullopt;
  const auto bytes = FromWire(value);
  if (!bytes) return Failure{"TypeError", "the body is a string or bytes"};
  if (bytes->size() <= most) {
    body = *bytes;
    return std::nullopt;
  }
  return Failure::TooLarge("the body of the request is larger than " + std::to_string(most) + " bytes (" +
                           std::string(kBodyHint) + ")");
}

std::optional<Failure> ReadTimeout(const json& value, std::chrono::nanoseconds most,
                                   std::chrono::nanoseconds& timeout) {
  timeout = most;
  if (value.is_null()) return std::nullopt;
  if (!value.is_number()) return Failure{"TypeError", "the timeout is a number of seconds"};
  const auto seconds = value.get<double>();
  if (!(seconds > 0)) return Failure::Wrong("the timeout is more than zero seconds");
  if (seconds < std::chrono::duration<double>(most).count()) {
    timeout = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  }
  return std::nullopt;
}

std::optional<Failure> ReadRedirect(const json& value, OnRedirect& on_redirect) {
  on_redirect = OnRedirect::kFollow;
  if (value.is_null() || value == "follow") return std::nullopt;
  on_redirect = OnRedirect::kHandOver;
  if (value == "manual") return std::nullopt;
  on_redirect = OnRedirect::kFail;
  if (value == "error") return std::nullopt;
  return Failure::Wrong(R"(redirect is "follow", "manual" or "error")");
}

}  // namespace

std::variant<GuestRequest, Failure> ReadGuestRequest(const json& args, const HttpLimits& limits) {
  GuestRequest request;
  if (auto failure = ReadMethod(Member(args, "method"), request.method)) return std::move(*failure);
  const json& url = Member(args, "url");
  if (!url.is_string()) return Failure{"TypeError", "the URL is a string"};
  request.url = url.get<std::string>();
  if (const json& headers = Member(args, "headers"); !headers.is_null()) {
    if (auto failure = ReadRequestHeaders(headers, limits.header_bytes, request.headers)) return std::move(*failure);
  }
  if (auto failure = ReadBody(Member(args, "body"), limits.request_body_bytes, request.body)) {
    return std::move(*failure);
  }
  if (request.body && !request.body->empty() && request.method == "HEAD") {
    return Failure::Wrong("a HEAD request has no body");
  }
  if (auto failure = ReadTimeout(Member(args, "timeout"), limits.timeout, request.timeout)) return std::move(*failure);
  if (auto failure = ReadRedirect(Member(args, "redirect"), request.on_redirect)) return std::move(*failure);
  return request;
}

}  // namespace goru::host::http
