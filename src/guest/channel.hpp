// Requests of a guest, decoded, answered and encoded again: the part of docs/GUEST_ABI.md that all guests share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "guest/codec.hpp"
#include "guest/port.hpp"

namespace goru::guest {

/// The channel of one guest. `codec` lives forever.
class Channel {
 public:
  explicit Channel(const Codec& codec) noexcept : codec_(codec) {}

  /// A run starts: `port` answers, `job` is what op `j` hands out.
  void Begin(HostPort& port, const Job& job) noexcept;
  void End() noexcept { port_ = nullptr; }

  /// Answers one request; the response stays in response() until the next one. Hostile input gives an error response.
  After Answer(std::span<const uint8_t> request);

  /// Status byte and payload of the last response.
  const std::string& response() const noexcept { return response_; }
  void DropResponse() noexcept;

  /// Whether op `j` and op `r` were seen in this run.
  bool job_taken() const noexcept { return job_taken_; }
  bool finished() const noexcept { return finished_; }
  HostPort* port() const noexcept { return port_; }

 private:
  void Put(const Reply& reply);

  const Codec& codec_;
  HostPort* port_ = nullptr;
  const Job* job_ = nullptr;
  bool job_taken_ = false;
  bool finished_ = false;
  std::string response_;
};

}  // namespace goru::guest
