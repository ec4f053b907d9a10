// Cryptographic hashes, from OpenSSL's libcrypto, which is loaded when the first one is asked for.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

/// The digest of `bytes`; `algorithm` is "sha256", "sha384" or "sha512". kUnavailable: another one, or no libcrypto.
/// kCancelled: `stop` came first.
Expected<std::vector<uint8_t>> Digest(const std::string& algorithm, std::span<const uint8_t> bytes,
                                      const std::stop_token& stop = {});

/// SHA-256 in hex.
Expected<std::string> Sha256Hex(std::span<const uint8_t> bytes);

/// SHA-256 in hex of a file from its beginning to its end. kUnavailable: it cannot be read. kCancelled: `stop`.
Expected<std::string> Sha256HexOfFile(int fd, const std::stop_token& stop);

/// Whether `text` is what Sha256Hex returns for something. Only such names lead to entries of the cache.
bool IsSha256Hex(std::string_view text);

}  // namespace goru::packages
