// URLs as requests use them, read with libcurl's own parser, so that what is checked is what is connected to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "host/http/curl_library.hpp"
#include "host/http/failure.hpp"
#include "host/http/host_name.hpp"

namespace goru::host::http {

/// An absolute http or https URL. A value.
struct Url {
  /// Whole and in its usual spelling, without user, password and fragment. This is what libcurl is given.
  std::string text;
  HostName host;
  uint16_t port = 0;
  bool https = false;

  bool SameOrigin(const Url& other) const { return https == other.https && port == other.port && host == other.host; }
};

/// Reads a URL that a guest gave. The alternative is what it is told.
std::variant<Url, Failure> ParseUrl(const CurlLibrary& curl, std::string_view text);

/// Where a response from `base` with that Location leads.
std::variant<Url, Failure> ResolveLocation(const CurlLibrary& curl, const Url& base, std::string_view location);

/// For logs and messages: `text` without user name and password, whether or not it is a good URL.
std::string WithoutUser(std::string_view text);

}  // namespace goru::host::http
