// Requests of a guest, all the way to host functions of each kind and to a built-in module. The first byte chooses the
// codec, the second when the run is stopped: before it begins, or while it may be waiting. Requests follow, each with
// its length.
#include "guest/channel.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "goru/registry.hpp"
#include "host/host_calls.hpp"
#include "host/modules.hpp"
#include "host/worker_pool.hpp"
#include "support/byte_budget.hpp"

namespace {

using nlohmann::json;

class Port final : public goru::guest::HostPort {
 public:
  Port(goru::host::HostCalls& calls, const goru::support::StopSignal& stop) : calls_(calls), stop_(stop) {}
  goru::guest::After Handle(char op, nlohmann::json payload, goru::support::HeldBytes held,
                            goru::guest::Reply& reply) override {
    return calls_.Handle(op, std::move(payload), std::move(held), reply);
  }
  void Outcome(nlohmann::json outcome) override { outcome_ = std::move(outcome); }
  uint32_t ReadStdin(std::span<uint8_t>) override { return 0; }
  goru::guest::After WriteOutput(int, std::span<const uint8_t>) override { return goru::guest::After::kContinue; }
  size_t MaxMessage() const override { return 1 << 16; }
  const goru::support::StopSignal* Stop() const noexcept override { return &stop_; }

 private:
  goru::host::HostCalls& calls_;
  const goru::support::StopSignal& stop_;
  nlohmann::json outcome_;
};

/// Functions of each kind: one that answers at once, one that blocks, one that answers later, one that fails, and one
/// that never answers.
std::shared_ptr<const goru::Registry> Functions() {
  using goru::CallContext;
  auto functions = std::make_shared<goru::Registry>();
  functions->Add("echo", [](const CallContext&, const json& args) { return args; }, goru::Blocking::kNever);
  functions->Add("block", [](const CallContext&, const json& args) { return args; });
  functions->Add("later", [](const CallContext&, json args, goru::Completion completion) {
    std::thread([args = std::move(args), completion = std::move(completion)] { completion.Return(args); }).detach();
  });
  functions->Add("fail", [](const CallContext&, const json&) -> json { throw goru::CallError("ValueError", "no"); });
  functions->Add("never", [](const CallContext& context, const json&, goru::Completion completion) {
    // Answers when nobody listens any more.
    auto held = std::make_shared<std::optional<std::stop_callback<std::function<void()>>>>();
    held->emplace(context.stop, [completion] { completion.Fail("the run has ended"); });
    static std::mutex mutex;
    static std::deque<decltype(held)> recent;
    const std::lock_guard lock(mutex);
    recent.push_back(std::move(held));
    constexpr size_t kMost = 200;
    if (recent.size() > kMost) recent.pop_front();
  });
  return functions;
}

std::shared_ptr<const goru::host::Modules> BuiltIn(const std::shared_ptr<const goru::Registry>& registry) {
  static goru::SessionConfig config;
  config.kv.enabled = true;
  auto modules = goru::host::Modules::Create({.config = config, .registry = registry});
  if (!modules) std::abort();
  return *modules;
}

/// Raises one signal at a time, a while later.
class Stopper {
 public:
  using Clock = std::chrono::steady_clock;

  void Raise(std::shared_ptr<goru::support::StopSignal> signal, std::chrono::microseconds after) {
    const std::lock_guard lock(mutex_);
    signal_ = std::move(signal);
    at_ = Clock::now() + after;
    changed_.notify_all();
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    signal_ = nullptr;
  }

 private:
  void Work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return signal_ != nullptr; })) {
      const auto at = at_;
      changed_.wait_until(lock, stop, at, [this, at] { return signal_ == nullptr || at_ != at; });
      if (signal_ == nullptr || Clock::now() < at_) continue;
      signal_->Raise();
      signal_ = nullptr;
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<goru::support::StopSignal> signal_;
  Clock::time_point at_;
  std::jthread thread_{[this](const std::stop_token& stop) { Work(stop); }};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kHead = 2;
  if (size < kHead) return 0;
  static goru::host::WorkerPool pool(2);
  static const auto registry = Functions();
  static const auto modules = BuiltIn(registry);
  goru::host::Policy policy;
  policy.registry = registry;
  policy.modules = modules;
  policy.limits.host_calls = 100;
  policy.limits.host_calls_in_flight = 3;
  policy.memory = std::make_shared<goru::support::ByteBudget>(size_t{1} << 20, "the budget");
  auto signal = std::make_shared<goru::support::StopSignal>();
  static Stopper stopper;
  // Calls that wait for "never", for a time or for nothing end with the run, which always ends.
  const unsigned steps = data[1] % 8;
  if (steps == 0) {
    signal->Raise();
  } else {
    stopper.Raise(signal, std::chrono::microseconds(200) * steps);
  }
  {
    goru::host::HostCalls calls(policy, pool, signal, {});
    Port port(calls, *signal);
    goru::guest::Channel channel(data[0] % 2 == 0 ? goru::guest::Codec::Json() : goru::guest::Codec::Marshal());
    goru::guest::Job job;
    job.code = "code";
    job.name = "name";
    job.want_value = true;
    job.first = true;
    channel.Begin(port, job);
    std::span<const uint8_t> rest(data + kHead, size - kHead);
    while (rest.size() > 2) {
      const size_t length = std::min<size_t>(rest.size() - 2, rest[0] + size_t{256} * rest[1]);
      if (channel.Answer(rest.subspan(2, length)) == goru::guest::After::kUnwind) break;
      if (channel.response().empty()) std::abort();
      rest = rest.subspan(2 + length);
    }
    channel.End();
  }
  stopper.Forget();
  return 0;
}
