// Heads of responses as servers write them, and secrets that come back in them. One line of the input is one line of
// the head.
#include <cstdint>
#include <string>
#include <string_view>

#include "host/http/headers.hpp"
#include "host/http/secrets.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace http = goru::host::http;
  using goru::fuzz::Require;
  constexpr std::string_view kValue = "s3cret/\"v\"";
  static const auto secrets = *http::Secrets::Create({{"KEY", std::string(kValue), {"example.com"}}});
  constexpr size_t kMost = 4096;
  http::ResponseHead head(kMost);
  std::string_view rest = goru::fuzz::Text(data, size);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const size_t length = end == std::string_view::npos ? rest.size() : end + 1;
    if (!head.Add(rest.substr(0, length))) break;
    rest.remove_prefix(length);
  }
  Require(head.headers().size() <= http::kMaxHeaders);
  Require(head.status() >= -99 && head.status() <= 999);
  size_t bytes = 0;
  for (const http::Header& header : head.headers()) {
    bytes += header.name.size() + header.value.size();
    Require(header.name.find('\n') == std::string::npos && header.value.find('\n') == std::string::npos);
    const std::string shown = secrets.Redact(header.value);
    Require(http::LowerCase(shown).find(kValue) == std::string::npos);
  }
  Require(bytes <= kMost);
  return 0;
}
