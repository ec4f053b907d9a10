// Cryptographic hashes, from OpenSSL's libcrypto, which is loaded when the first one is asked for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "goru/error.hpp"

namespace goru::packages {

/// The digest of `bytes`; `algorithm` is "sha256", "sha384" or "sha512". kUnavailable: another one, or no libcrypto.
Expected<std::vector<uint8_t>> Digest(const std::string& algorithm, std::span<const uint8_t> bytes);

/// SHA-256 in hex.
Expected<std::string> Sha256Hex(std::span<const uint8_t> bytes);

}  // namespace goru::packages
