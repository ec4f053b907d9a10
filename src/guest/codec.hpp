// How values are written in the messages between a guest and the host (docs/GUEST_ABI.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "goru/error.hpp"
#include "support/byte_budget.hpp"
#include "support/stop_signal.hpp"

namespace goru::guest {

/// Caps of one message. They bound what the host does with a message, whatever the guest wrote into it.
struct MessageLimits {
  size_t max_depth = 200;
  /// Values in one message, containers and keys included: what a message of 16 MiB can reasonably hold.
  size_t max_values = 4'000'000;
};

/// What the reading or writing of one message may take.
struct Work {
  /// Grows by what comes of it takes in memory: the value that is read, the buffer that is written into. Null: it is
  /// not counted.
  support::HeldBytes* held = nullptr;
  /// Raised when the run is to end: it is looked at every millisecond or so. Null: never.
  const support::StopSignal* stop = nullptr;
  /// The most that a written message may have.
  size_t most = SIZE_MAX;
  /// What is written is held already, and is given back when the guest has it (ByteBudget::TakeToHandOver).
  bool hands_over = false;
};

/// Stateless and thread-safe. Errors: kInvalidArgument, the message is malformed or over one of MessageLimits;
/// kUnavailable, it does not fit into what Work allows, and the message says which limit that is; kCancelled, the run
/// is to end.
class Codec {
 public:
  virtual ~Codec() = default;

  /// Reads exactly one value that fills `bytes`. The bytes are hostile.
  virtual Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes, const Work& work) const = 0;
  Expected<nlohmann::json> Decode(std::span<const uint8_t> bytes) const { return Decode(bytes, Work()); }

  /// Appends `value` to `out`, which is whatever where that fails.
  virtual Expected<void> Encode(const nlohmann::json& value, std::string& out, const Work& work) const = 0;
  void Encode(const nlohmann::json& value, std::string& out) const { (void)Encode(value, out, Work()); }

  /// Reads a request: the operation and its payload.
  virtual Expected<nlohmann::json> DecodeRequest(std::span<const uint8_t> bytes, char& op, const Work& work) const = 0;
  Expected<nlohmann::json> DecodeRequest(std::span<const uint8_t> bytes, char& op) const {
    return DecodeRequest(bytes, op, Work());
  }

  /// Appends a response.
  virtual Expected<void> EncodeResponse(bool ok, const nlohmann::json& value, std::string& out,
                                        const Work& work) const = 0;

  /// JSON text, UTF-8 (RFC 8259). A message is one byte and a value behind it. There are no bytes in it: a list of
  /// numbers stands for them.
  static const Codec& Json();

  /// Python's marshal format, version 2, restricted to JSON's types and bytes (Python/marshal.c of CPython). A
  /// message is one tuple, because the guest writes that with a single call.
  static const Codec& Marshal();
};

}  // namespace goru::guest
