// Values that go into headers on the host's side and that guests never see.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/http.hpp"
#include "host/http/allow_list.hpp"
#include "host/http/failure.hpp"
#include "host/http/headers.hpp"
#include "host/http/url.hpp"

namespace goru::host::http {

/// The secrets of one session. Immutable and thread-safe.
class Secrets {
 public:
  /// kInvalidArgument: names the secret, never its value.
  static Expected<Secrets> Create(const std::vector<HttpSecret>& secrets);

  /// What guests put into headers; nothing where there is no secret of that name.
  std::optional<std::string> Placeholder(std::string_view name) const;

  /// Whether one of the placeholders stands in `text`.
  bool IsMentioned(std::string_view text) const;

  /// Puts values in the place of placeholders, for a request to `url`. `is_private`: nobody but that host can read it.
  /// Nothing is changed where it fails.
  std::optional<Failure> Insert(const Url& url, bool is_private, size_t max_bytes, Headers& headers) const;

  /// `text` with placeholders in the place of values, in any case, and of their usual spellings in JSON and URLs.
  std::string Redact(std::string text) const;
  bool empty() const noexcept { return secrets_.empty(); }

 private:
  struct Secret {
    std::string name;
    std::string placeholder;
    std::string value;
    AllowList hosts;
  };
  struct Spelling {
    /// In lower case.
    std::string text;
    /// Of secrets_.
    size_t secret = 0;
  };

  std::optional<Failure> InsertInto(std::string& value, const Url& url, bool is_private, size_t max_bytes) const;
  /// The longest spelling that stands at `at`, or null.
  const Spelling* SpellingAt(std::string_view text, size_t at) const;

  std::vector<Secret> secrets_;
  /// Longer ones first.
  std::vector<Spelling> spellings_;
  /// Which bytes a spelling begins with.
  std::array<bool, 256> begins_ = {};
};

}  // namespace goru::host::http
