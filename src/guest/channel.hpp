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
  void End() noexcept;

  /// Answers one request; the response stays in response() until the next one, or until it is dropped. Hostile input
  /// gives an error response. kUnwind: the run is to end.
  After Answer(std::span<const uint8_t> request);

  /// The last response, as it is handed to the guest.
  const std::string& response() const noexcept { return response_; }
  /// The guest has it, or nobody is left who could take it.
  void DropResponse() noexcept;

  /// Whether op `j` and op `r` were seen in this run.
  bool job_taken() const noexcept { return job_taken_; }
  bool finished() const noexcept { return finished_; }
  HostPort* port() const noexcept { return port_; }

 private:
  /// Writes the response. `limited`: it is held against the session's limits.
  After Put(const Reply& reply, bool limited = true);

  const Codec& codec_;
  HostPort* port_ = nullptr;
  const Job* job_ = nullptr;
  bool job_taken_ = false;
  bool finished_ = false;
  std::string response_;
  /// What a large response takes of the session's budget, and the outcome.
  support::HeldBytes response_held_;
  support::HeldBytes outcome_held_;
};

}  // namespace goru::guest
