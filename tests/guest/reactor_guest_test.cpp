#include "guest/reactor_guest.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "common/wat.hpp"
#include "guest/runtime.hpp"

namespace goru::guest {
namespace {

using test::Must;
using test::Wat;

/// Asks the host the same thing until it is told to end. The word that an interrupt has to change lies inside the
/// request, and so does the flag: nobody keeps a guest from that.
std::string AsksForEver() {
  constexpr int kRequest = 4096;
  const std::string request = "c\\22" + std::string(40, 'A') + "\\22";
  return R"((module
    (import "goru" "host_call" (func $call (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (global (export "goru_interrupt_flag") i32 (i32.const 16))
    (global (export "goru_interrupt_nudge") i32 (i32.const 24))
    (data (i32.const 24) "\10\10\00\00\20\20\20\20")
    (data (i32.const )" +
         std::to_string(kRequest) + ") \"" + request + R"(")
    (data (i32.const 8000) "r{}")
    (func (export "goru_buffer") (param i32) (result i32) (i32.const 65536))
    (func (export "goru_run") (param i32) (result i32)
      (loop $again
        (drop (call $call (i32.const 4096) (i32.const 43) (i32.const 16384) (i32.const 1000)))
        (br_if $again (i32.eqz (i32.load (i32.const 16)))))
      (i32.store (i32.const 4112) (i32.const 0x41414141))
      (drop (call $call (i32.const 8000) (i32.const 3) (i32.const 16384) (i32.const 1000)))
      (i32.const 0))))";
}

/// Counts requests, and those that were neither as the guest wrote them nor as the interrupt left them.
class CountingPort final : public HostPort {
 public:
  After Handle(char /*op*/, nlohmann::json payload, support::HeldBytes /*held*/, Reply& reply) override {
    const std::string before(40, 'A');
    std::string after = before;
    after.replace(14, 4, "aaaa");
    const auto text = payload.get<std::string>();
    if (text != before && text != after) ++torn;
    ++requests;
    requests.notify_all();
    reply.value = nullptr;
    return After::kContinue;
  }
  void Outcome(nlohmann::json /*outcome*/) override {}
  uint32_t ReadStdin(std::span<uint8_t> /*into*/) override { return 0; }
  After WriteOutput(int /*stream*/, std::span<const uint8_t> /*bytes*/) override { return After::kContinue; }
  size_t MaxMessage() const override { return size_t{1} << 20; }

  std::atomic<int> requests{0};
  std::atomic<int> torn{0};
};

TEST(ReactorGuest, AnInterruptDoesNotTouchARequestThatTheHostReads) {
  const auto engine = Must(wasm::Engine::Create());
  const auto program = Must(LinkProgram(engine, Must(engine->Compile(Wat(AsksForEver())))));
  const auto guest = Must(ReactorGuest::Create(program, Must(wasm::MemorySlot::Create(nullptr)), Codec::Json()));
  EXPECT_FALSE(guest->Interrupt());
  int interrupted = 0;
  for (int round = 0; round < 60; ++round) {
    CountingPort port;
    guest->Begin();
    std::jthread other([&] {
      port.requests.wait(0);
      for (int spin = 0; spin < round % 20; ++spin) std::this_thread::yield();
      if (guest->Interrupt()) ++interrupted;
    });
    const RunEnd end = guest->Run(Job(), port);
    other.join();
    guest->End();
    ASSERT_EQ(end.kind, RunEnd::Kind::kAtRest) << end.message;
    EXPECT_EQ(port.torn, 0);
  }
  EXPECT_EQ(interrupted, 60);
}

}  // namespace
}  // namespace goru::guest
