// Headers of requests and responses.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/http/failure.hpp"

namespace goru::host::http {

struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// Whether `header` is called `name`, in any case.
bool IsCalled(const Header& header, std::string_view name);
/// The first one of that name, or null.
const Header* FindHeader(const Headers& headers, std::string_view name);
/// Bytes that they take on the wire.
size_t WireSize(const Headers& headers);

/// More than this has no request and no response: each takes many times its size in memory.
inline constexpr size_t kMaxHeaders = 1'000;

/// Reads the headers that a guest gave, a list of [name, value]. Refuses what is no header and what goru sets itself.
std::optional<Failure> ReadRequestHeaders(const nlohmann::json& list, size_t max_bytes, Headers& headers);

/// Those that speak of a body, and go where it goes.
void DropBodyHeaders(Headers& headers);
/// Those that prove who is asking, and are for one origin only.
void DropCredentials(Headers& headers);

/// The head of a response, line by line as it comes.
class ResponseHead {
 public:
  explicit ResponseHead(size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

  /// False: a limit is passed. Lines end with CR LF or LF.
  bool Add(std::string_view line);

  /// 0: none yet.
  int status() const noexcept { return status_; }
  const Headers& headers() const noexcept { return headers_; }
  Headers TakeHeaders() noexcept { return std::move(headers_); }

 private:
  const size_t max_bytes_;
  size_t bytes_ = 0;
  int status_ = 0;
  /// What comes behind the head's end are trailers.
  bool complete_ = false;
  Headers headers_;
};

}  // namespace goru::host::http
