// Requests of a guest, all the way to the host functions. The first byte chooses the codec; requests follow, each with
// its length.
#include "guest/channel.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "goru/registry.hpp"
#include "host/host_calls.hpp"

namespace {

class Port final : public goru::guest::HostPort {
 public:
  explicit Port(goru::host::HostCalls& calls) : calls_(calls) {}
  goru::guest::After Handle(char op, nlohmann::json payload, goru::support::HeldBytes held,
                            goru::guest::Reply& reply) override {
    return calls_.Handle(op, std::move(payload), std::move(held), reply);
  }
  void Outcome(nlohmann::json outcome) override { outcome_ = std::move(outcome); }
  uint32_t ReadStdin(std::span<uint8_t>) override { return 0; }
  goru::guest::After WriteOutput(int, std::span<const uint8_t>) override { return goru::guest::After::kContinue; }
  size_t MaxMessage() const override { return 1 << 16; }

 private:
  goru::host::HostCalls& calls_;
  nlohmann::json outcome_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  static goru::host::WorkerPool pool(1);
  static const auto registry = [] {
    auto functions = std::make_shared<goru::Registry>();
    functions->Add(
        "echo", [](const goru::CallContext&, const nlohmann::json& args) { return args; }, goru::Blocking::kNever);
    return functions;
  }();
  goru::host::Policy policy;
  policy.registry = registry;
  policy.limits.host_calls = 100;
  // A batch that would wait ends at once.
  auto signal = std::make_shared<goru::support::StopSignal>();
  signal->Raise();
  goru::host::HostCalls calls(policy, pool, signal, {});
  Port port(calls);
  goru::guest::Channel channel(data[0] % 2 == 0 ? goru::guest::Codec::Json() : goru::guest::Codec::Marshal());
  const goru::guest::Job job{"code", "name", true, false, true};
  channel.Begin(port, job);
  std::span<const uint8_t> rest(data + 1, size - 1);
  while (rest.size() > 2) {
    const size_t length = std::min<size_t>(rest.size() - 2, rest[0] + size_t{256} * rest[1]);
    if (channel.Answer(rest.subspan(2, length)) == goru::guest::After::kContinue && channel.response().empty())
      std::abort();
    rest = rest.subspan(2 + length);
  }
  channel.End();
  return 0;
}
