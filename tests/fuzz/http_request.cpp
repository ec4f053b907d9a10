// Requests that a guest asks for: what may go on the wire. The first byte chooses the codec that reads the arguments.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "guest/codec.hpp"
#include "host/http/guest_request.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace http = goru::host::http;
  using goru::fuzz::Require;
  if (size < 1) return 0;
  const goru::guest::Codec& codec = data[0] % 2 == 0 ? goru::guest::Codec::Json() : goru::guest::Codec::Marshal();
  const auto args = codec.Decode(std::span(data + 1, size - 1));
  if (!args || !args->is_object()) return 0;
  goru::HttpLimits limits;
  limits.header_bytes = 256;
  limits.request_body_bytes = 256;
  const auto read = http::ReadGuestRequest(*args, limits);
  const auto* request = std::get_if<http::GuestRequest>(&read);
  if (request == nullptr) {
    Require(!std::get<http::Failure>(read).message.empty());
    return 0;
  }
  Require(http::WireSize(request->headers) <= limits.header_bytes);
  Require(!request->body || request->body->size() <= limits.request_body_bytes);
  Require(request->timeout <= limits.timeout && request->timeout.count() >= 0);
  Require(!request->method.empty() &&
          std::all_of(request->method.begin(), request->method.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
  using namespace std::string_view_literals;
  for (const http::Header& header : request->headers) {
    Require(header.value.find_first_of("\r\n\0"sv) == std::string::npos);
    Require(!header.name.empty() && header.name.find_first_of(" \t\r\n:\0"sv) == std::string::npos);
    for (const char* own : {"host", "content-length", "transfer-encoding", "connection"}) {
      Require(!http::IsCalled(header, own));
    }
  }
  return 0;
}
