// Who may ask: bearer tokens, and what each of them may have.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goru/config.hpp"
#include "goru/options.hpp"

namespace goru::server {

/// Somebody who may use the server. What is shared with earlier readings of the file has its own pointer.
struct Client {
  /// In logs, and the tenant of its sessions. Empty: whoever comes, where no tokens are required.
  std::string name;
  /// No session of its has more.
  SessionConfig ceiling;
  /// Sessions that it may have open at once.
  size_t sessions = 0;
  /// Runs that it may have under way or waiting at once.
  size_t runs = 0;
  /// Those that it has.
  std::shared_ptr<std::atomic<size_t>> running = std::make_shared<std::atomic<size_t>>(0);
};

/// What all clients have that say nothing else.
struct ClientDefaults {
  SessionConfig ceiling;
  size_t sessions = 0;
  size_t runs = 0;
};

/// The tokens of a file. Immutable; any thread may use it.
class Tokens {
 public:
  /// Reads a file of at most 1 MiB that only its owner can read: either lines of "NAME TOKEN" (# begins a comment), or
  ///
  ///   {"tokens": [{"name": "ann", "token": "...", "session": {...}, "sessions": 10, "runs": 4}, ...]}
  ///
  /// where `"sha256": "..."` may stand for `token`, and what "session" says (as in a configuration file) is cut to
  /// `defaults.ceiling`. Clients of names that `earlier` has keep their counts. Errors are kInvalidArgument and name
  /// the file.
  static Expected<Tokens> Read(const std::string& path, const ClientDefaults& defaults,
                               const Tokens* earlier = nullptr);

  /// The client of a token; null where there is none. Takes the same time whatever the token is.
  std::shared_ptr<Client> Find(std::string_view token) const;
  size_t size() const noexcept { return entries_.size(); }

 private:
  using Hash = std::array<unsigned char, 32>;
  struct Entry {
    Hash hash;
    std::shared_ptr<Client> client;
  };
  std::vector<Entry> entries_;
};

/// The token of an Authorization header ("Bearer ..."); empty where it has none.
std::string_view BearerToken(std::string_view header);

}  // namespace goru::server
