// How values are written in the messages between a guest and the host (docs/GUEST_ABI.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "goru/error.hpp"

namespace goru::guest {

/// Caps of one message. They bound what the host does with a message, whatever the guest wrote into it.
struct MessageLimits {
  size_t max_depth = 200;
  /// Values in one message, containers and keys included: what a message of 16 MiB can reasonably hold.
  size_t max_values = 4'000'000;
};

/// Stateless and thread-safe.
class Codec {
 public:
  virtual ~Codec() = default;

  /// Reads exactly one value that fills `bytes`. The bytes are hostile.
  virtual Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes) const = 0;

  /// Appends `value` to `out`.
  virtual void Encode(const nlohmann::json& value, std::string& out) const = 0;

  /// Reads a request: the operation and its payload.
  virtual Expected<nlohmann::json> DecodeRequest(std::span<const uint8_t> bytes, char& op) const = 0;

  /// Appends a response.
  virtual void EncodeResponse(bool ok, const nlohmann::json& value, std::string& out) const = 0;

  /// JSON text, UTF-8 (RFC 8259). A message is one byte and a value behind it.
  static const Codec& Json();

  /// Python's marshal format, version 2, restricted to JSON's types (Python/marshal.c of CPython 3.12). A message is
  /// one tuple, because the guest writes that with a single call.
  static const Codec& Marshal();
};

}  // namespace goru::guest
