#include "wasm/engine_faults.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "common/forked.hpp"
#include "common/wat.hpp"

namespace goru::wasm {
namespace {

using test::Complaints;
using test::InChild;
using test::Must;

TEST(CodeRuns, Nests) {
  const std::array<char, 3> code = {};
  const CodeRuns outer(code.data(), code.data() + 1);
  {
    const CodeRuns inner(code.data() + 1, code.data() + 2);
    EXPECT_FALSE(inner.Contains(code.data()));
    EXPECT_TRUE(inner.Contains(code.data() + 1));
    EXPECT_FALSE(inner.Contains(code.data() + 2));
  }
  EXPECT_TRUE(outer.Contains(code.data()));
}

/// Three threads whose guests do nothing but fault, in a process that takes milliseconds to fork: without
/// HoldForksInFaults children hang.
TEST(HoldForksInFaults, AChildLoadsModules) {
  const std::vector<uint8_t> faults = test::Wat(R"((module (memory (export "memory") 1)
    (func (export "f") (drop (i32.load (i32.const 0x7fffffff))))))");
  constexpr size_t kLarge = size_t{128} << 20;
  void* const large = ::mmap(nullptr, kLarge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(large, MAP_FAILED);
  ::madvise(large, kLarge, MADV_NOHUGEPAGE);
  std::memset(large, 1, kLarge);
  std::atomic<bool> enough{false};
  std::atomic<int> faulted{0};
  std::array<std::thread, 3> threads;
  for (std::thread& thread : threads) {
    const auto instance = std::shared_ptr<Instance>(test::Start(faults));
    thread = std::thread([&, instance] {
      const ExportedFunction function = Must(instance->Function("f"));
      while (!enough) {
        instance->gate().Begin();
        const CallEnd end = instance->Call(function, {});
        instance->gate().End();
        ASSERT_EQ(end.kind, CallEnd::Kind::kTrapped);
        ++faulted;
      }
    });
  }
  for (int i = 0; i < 30 && !testing::Test::HasFailure(); ++i) {
    const int before = faulted;
    while (faulted < before + 3 && !testing::Test::HasFailure()) std::this_thread::yield();
    InChild([&faults](Complaints& complaints) {
      const auto engine = Must(Engine::Create());
      complaints.Check(engine->Compile(faults).ok(), "a module");
    });
  }
  enough = true;
  for (std::thread& thread : threads) thread.join();
  ::munmap(large, kLarge);
}

}  // namespace
}  // namespace goru::wasm
