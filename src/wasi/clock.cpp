// Clocks, and sleeping.
#include <algorithm>
#include <chrono>

#include "wasi/abi.hpp"
#include "wasi/call.hpp"
#include "wasi/tables.hpp"
#include "wasi/wasi_host.hpp"
#include "wasm/instance.hpp"

namespace goru::wasi {
namespace {

using wasm::After;
using wasm::Args;
using wasm::CallContext;

// More subscriptions than any C library asks for at once.
constexpr uint32_t kMaxSubscriptions = 64;

After ClockTimeGet(CallContext& context, Args args) {
  if (args.U32(0) > kClockThreadCpu) return Answer(args, kEinval);
  const uint64_t now = Host(context).sources->Now(args.U32(0));
  return Answer(args, context.memory.Store(args.U32(2), now) ? kSuccess : kEfault);
}

After ClockResGet(CallContext& context, Args args) {
  if (args.U32(0) > kClockThreadCpu) return Answer(args, kEinval);
  return Answer(args, context.memory.Store(args.U32(1), uint64_t{1}) ? kSuccess : kEfault);
}

/// How long the guest wants to sleep at most; zero where something is ready at once.
Errno Earliest(CallContext& context, uint32_t address, uint32_t count, uint64_t& sleep_ns) {
  sleep_ns = UINT64_MAX;
  for (uint32_t i = 0; i < count; ++i) {
    Subscription wanted;
    if (!context.memory.Load(address + i * sizeof(Subscription), wanted)) return kEfault;
    uint64_t delay = 0;  // streams never block
    if (wanted.type == kEventClock) {
      if (wanted.clock_id > kClockThreadCpu) return kEinval;
      delay = wanted.timeout;
      if ((wanted.flags & kSubscriptionAbsolute) != 0) {
        const uint64_t now = Host(context).sources->Now(wanted.clock_id);
        delay = wanted.timeout > now ? wanted.timeout - now : 0;
      }
    }
    sleep_ns = std::min(sleep_ns, delay);
  }
  return kSuccess;
}

After PollOneoff(CallContext& context, Args args) {
  const uint32_t in = args.U32(0);
  const uint32_t out = args.U32(1);
  const uint32_t count = args.U32(2);
  if (count == 0 || count > kMaxSubscriptions) return Answer(args, kEinval);
  // Both arrays are checked whole before anything is waited for.
  if (!context.memory.Bytes(in, uint64_t{count} * sizeof(Subscription)) ||
      !context.memory.Bytes(out, uint64_t{count} * sizeof(Event))) {
    return Answer(args, kEfault);
  }
  uint64_t sleep_ns = 0;
  const Errno error = Earliest(context, in, count, sleep_ns);
  if (error != kSuccess) return Answer(args, error);

  if (sleep_ns > 0) {
    support::StopSignal& signal = context.instance.gate().signal();
    std::unique_lock lock(signal.mutex());
    // A year is forever here, and keeps the arithmetic of clocks from overflowing.
    constexpr uint64_t kForever = uint64_t{365} * 86'400 * 1'000'000'000;
    const auto until = support::StopSignal::Clock::now() + std::chrono::nanoseconds(std::min(sleep_ns, kForever));
    // An interrupted sleep ends early: the guest hears why as soon as it runs.
    if (!signal.WaitUntil(lock, until, [&signal] { return signal.interrupted(); })) return After::kUnwind;
  }

  uint32_t events = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Subscription wanted;
    if (!context.memory.Load(in + i * sizeof(Subscription), wanted)) return Answer(args, kEfault);
    if (wanted.type == kEventClock) {
      uint64_t delay = wanted.timeout;
      if ((wanted.flags & kSubscriptionAbsolute) != 0) delay = 0;
      if (delay > sleep_ns) continue;
    }
    Event event = {};
    event.userdata = wanted.userdata;
    event.type = wanted.type;
    if (!context.memory.Store(out + events * sizeof(Event), event)) return Answer(args, kEfault);
    ++events;
  }
  return Answer(args, context.memory.Store(args.U32(3), events) ? kSuccess : kEfault);
}

constexpr wasm::HostImport kImports[] = {
    {module_kind, "clock_time_get", "iIi:i", ClockTimeGet},
    {module_kind, "clock_res_get", "ii:i", ClockResGet},
    {module_kind, "poll_oneoff", "iiii:i", PollOneoff},
};

}  // namespace

std::span<const wasm::HostImport> ClockImports() { return kImports; }

}  // namespace goru::wasi
