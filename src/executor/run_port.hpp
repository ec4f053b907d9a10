// The host's end of one run: output, input, host calls, outcome.
#pragma once

#include <string_view>

#include "executor/output_buffer.hpp"
#include "goru/options.hpp"
#include "guest/port.hpp"
#include "host/host_calls.hpp"

namespace goru::internal {

class RunPort final : public guest::HostPort {
 public:
  RunPort(const host::Policy& policy, host::WorkerPool& workers, std::shared_ptr<support::StopSignal> signal,
          CallContext context, const RunOptions& options);

  guest::After Handle(char op, nlohmann::json payload, support::HeldBytes held, guest::Reply& reply) override;
  support::HeldBytes Hold() const override { return support::HeldBytes(memory_); }
  const support::StopSignal* Stop() const noexcept override { return signal_; }
  void Outcome(nlohmann::json outcome) override { outcome_ = std::move(outcome); }
  uint32_t ReadStdin(std::span<uint8_t> into) override;
  guest::After WriteOutput(int stream, std::span<const uint8_t> bytes) override;
  size_t MaxMessage() const override { return limits_.message_bytes; }

  const nlohmann::json& outcome() const noexcept { return outcome_; }
  const host::HostCalls& calls() const noexcept { return calls_; }
  OutputBuffer& output() noexcept { return output_; }
  bool output_limit_hit() const noexcept { return output_limit_hit_; }

 private:
  const Limits& limits_;
  const std::shared_ptr<support::ByteBudget>& memory_;
  const RunOptions& options_;
  /// Kept by calls_.
  const support::StopSignal* const signal_;
  const std::stop_token stop_;
  host::HostCalls calls_;
  OutputBuffer output_;
  std::string_view stdin_rest_;
  nlohmann::json outcome_;
  bool output_limit_hit_ = false;
};

}  // namespace goru::internal
