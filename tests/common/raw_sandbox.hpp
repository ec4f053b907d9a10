// A sandbox without executor and session, so that a test can look at its memory.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/engine.hpp"
#include "executor/run_port.hpp"
#include "executor/watchdog.hpp"
#include "goru/goru.hpp"
#include "guest/image_directory.hpp"
#include "guest/loader.hpp"
#include "guest/runtime.hpp"
#include "host/worker_pool.hpp"
#include "wasm/memory_slot.hpp"

namespace goru::test {

/// The value of an Expected that a test cannot go on without.
template <typename T>
T Must(Expected<T> expected) {
  if (!expected) {
    ADD_FAILURE() << expected.error().message;
    std::abort();
  }
  return std::move(*expected);
}

/// A loaded language; one per program.
inline const std::shared_ptr<const guest::Runtime>& LoadRuntime(const Language& language) {
  static const auto loader = Must(guest::Loader::Create({true, GORU_TEST_CACHE, EngineUnderTest(), {}}));
  static std::map<std::string, std::shared_ptr<const guest::Runtime>> loaded;
  auto& runtime = loaded[language.image()];
  if (!runtime) {
    const auto image = Must(loader->Open(Must(guest::FindImage({}, language.image()))));
    runtime = Must(loader->LoadRuntime(*image, nullptr));
  }
  return runtime;
}

/// Runs `code` in `slot` and gives the slot back as the guest left it.
struct RawRun {
  guest::RunEnd end;
  Result output;
  nlohmann::json outcome;
  std::unique_ptr<wasm::MemorySlot> slot;

  RawRun(const Language& language, std::unique_ptr<wasm::MemorySlot> in, std::string_view code, Limits limits) {
    host::Policy policy;
    Registry registry;
    registry.Add("echo", [](const CallContext&, const nlohmann::json& args) { return args; });
    policy.registry = std::make_shared<const Registry>(std::move(registry));
    policy.limits = limits;
    host::WorkerPool workers(4);
    internal::Watchdog watchdog;
    auto sandbox = Must(LoadRuntime(language)->Start(std::move(in)));
    sandbox->SetMemoryLimit(limits.memory_bytes);
    guest::Job job;
    job.code = code;
    job.name = "<hostile>";
    job.first = true;
    const RunOptions options;
    {
      internal::RunPort port(policy, workers, sandbox->stop_signal(), CallContext(), options);
      sandbox->Begin();
      const auto ticket = watchdog.Add(std::chrono::steady_clock::now() + limits.timeout,
                                       [&] { sandbox->Stop(guest::StopReason::kTimeout); });
      end = sandbox->Run(job, port);
      watchdog.Cancel(ticket);
      sandbox->End();
      port.output().MoveTo(output);
      outcome = port.outcome();
    }
    slot = sandbox->Release();
  }
};

/// Whether the kernel lets this process read the byte at `address`.
inline bool IsReadable(const uint8_t* address) {
  std::array<int, 2> ends = {};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return true;
  const bool readable = ::write(ends[1], address, 1) == 1;
  ::close(ends[0]);
  ::close(ends[1]);
  return readable;
}

/// Compares all of a slot with the image that it was made from.
inline void ExpectClean(const wasm::MemorySlot& slot, const wasm::MemoryImage& image) {
  ASSERT_EQ(slot.size(), image.size());
  if (std::memcmp(slot.base(), image.bytes().data(), image.size()) != 0) {
    size_t first = 0;
    while (slot.base()[first] == image.bytes()[first]) ++first;
    ADD_FAILURE() << "differs from the image at " << first;
  }
  // What a guest had grown is gone.
  for (size_t at = image.size(); at < wasm::MemorySlot::kReservation; at += size_t{64} << 20) {
    ASSERT_FALSE(IsReadable(slot.base() + at)) << at;
  }
  ASSERT_FALSE(IsReadable(slot.base() + image.size()));
  ASSERT_FALSE(IsReadable(slot.base() + image.size() + (size_t{1} << 20)));
}

}  // namespace goru::test
