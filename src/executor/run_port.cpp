#include "executor/run_port.hpp"

#include <algorithm>

#include "support/process_generation.hpp"

namespace goru::internal {

RunPort::RunPort(const host::Policy& policy, host::WorkerPool& workers, std::shared_ptr<support::StopSignal> signal,
                 CallContext context, const RunOptions& options)
    : limits_(policy.limits),
      memory_(policy.memory),
      options_(options),
      signal_(signal.get()),
      stop_(context.stop),
      calls_(policy, workers, std::move(signal), std::move(context)),
      output_(policy.limits.output_bytes),
      stdin_rest_(options.stdin_data) {}

guest::After RunPort::Handle(char op, nlohmann::json payload, support::HeldBytes held, guest::Reply& reply) {
  return calls_.Handle(op, std::move(payload), std::move(held), reply);
}

uint32_t RunPort::ReadStdin(std::span<uint8_t> into) {
  if (stdin_rest_.empty() && options_.on_stdin && !into.empty()) {
    const support::Origin origin;
    const size_t read = options_.on_stdin({reinterpret_cast<char*>(into.data()), into.size()}, stop_);
    origin.ThrowIfForked();
    return static_cast<uint32_t>(std::min(read, into.size()));
  }
  const size_t count = std::min(into.size(), stdin_rest_.size());
  std::copy_n(stdin_rest_.begin(), count, into.begin());
  stdin_rest_.remove_prefix(count);
  return static_cast<uint32_t>(count);
}

guest::After RunPort::WriteOutput(int stream, std::span<const uint8_t> bytes) {
  const size_t kept = output_.Append(stream, bytes);
  const auto& callback = stream == 2 ? options_.on_stderr : options_.on_stdout;
  if (callback && kept > 0) {
    const support::Origin origin;
    callback({reinterpret_cast<const char*>(bytes.data()), kept});
    origin.ThrowIfForked();
  }
  if (kept == bytes.size() || !limits_.stop_on_output_limit) return guest::After::kContinue;
  output_limit_hit_ = true;
  return guest::After::kUnwind;
}

}  // namespace goru::internal
