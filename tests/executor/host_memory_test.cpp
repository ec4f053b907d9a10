// What a guest can make its host hold, by crossings of its own making: never twice what the session may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <string>

#include "common/resident_memory.hpp"
#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"

namespace goru {
namespace {

using nlohmann::json;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;
using testing::HasSubstr;

constexpr size_t kBudget = size_t{16} << 20;
constexpr size_t kGuest = size_t{64} << 20;

/// A guest that sends batches and takes no notice of what comes back. Its own memory counts too, so it keeps nothing.
constexpr const char* kRaw = R"(
import _goru
def batch(calls, cancelled=(), timeout=0):
    try:
        return _goru.exchange((98, calls, cancelled, timeout))
    except MemoryError:
        return None
def flood(name, args, count=9999):
    batch([(i, name, args) for i in range(count)])
    for _ in range(100):
        batch([], (), 1)
)";

class HostMemory : public testing::Test {
 protected:
  HostMemory() {
    // As the program does: else the allocator keeps large blocks in each thread's arena, and that is measured.
    ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  }

  Registry Functions() {
    Registry registry;
    const auto make = [](const CallContext&, const json& args) {
      return json(std::string(args.value("n", size_t{1} << 20), 'r'));
    };
    registry.Add("make", make);
    registry.Add("make_now", make, Blocking::kNever);
    registry.Add("take", [](const CallContext&, const json&) { return json(); });
    return registry;
  }

  /// Runs `code` in a session with everything, and says how much memory the process took for it beyond the guest's.
  void ExpectBounded(const std::string& code, std::vector<SessionOption> options = {}) {
    Executor executor = MakeExecutor({WithRegistry(Functions()), WithWarmPool(0)});
    const test::TemporaryFolder folder;
    std::ofstream(std::string(folder.path()) + "/large") << std::string(size_t{2} << 20, 'f');
    for (int i = 0; i < 2'000; ++i) std::ofstream(std::string(folder.path()) + "/file" + std::to_string(i));
    options.insert(options.end(), {WithSessionHostMemoryLimit(kBudget), WithSessionMemoryLimit(kGuest), WithSessionKV(),
                                   WithSessionMount("/data", folder.path(), MountReadOnly),
                                   WithSessionTimeout(std::chrono::seconds(100)), WithSessionHostCallLimit(1'000'000)});
    Session session = MakeSession(executor, Python(), options);
    ASSERT_TRUE(session.Run(std::string(kRaw) + "kv.set('k', 'x' * 65000)").ok());
    const test::PeakMemory peak;
    const Result result = session.Run(code);
    // All that the guest may have is resident at most once, whatever it did.
    EXPECT_LT(peak.Grown(), 2 * kBudget + kGuest) << code << Show(result).substr(0, 500);
    EXPECT_TRUE(result.ok() || KindOf(result) == ErrorKind::kMemoryLimit ||
                KindOf(result) == ErrorKind::kGuestException)
        << Show(result).substr(0, 500);
  }
};

TEST_F(HostMemory, AnswersOfKV) { ExpectBounded("flood('goru:kv.get', {'key': 'k'})"); }
TEST_F(HostMemory, AnswersOfFs) { ExpectBounded("flood('goru:fs.read', {'path': '/data/large'}, 500)"); }
TEST_F(HostMemory, Listings) { ExpectBounded("flood('goru:fs.list', {'path': '/data'}, 200)"); }
TEST_F(HostMemory, LargeResults) { ExpectBounded("flood('make', {'n': 3_000_000}, 200)"); }
TEST_F(HostMemory, LargeResultsAtOnce) { ExpectBounded("flood('make_now', {}, 2000)"); }
TEST_F(HostMemory, TinyCalls) { ExpectBounded("for _ in range(3): batch([(i, 'take', {}) for i in range(9999)])"); }
TEST_F(HostMemory, Refusals) {
  ExpectBounded("for _ in range(20): batch([(i, 'nothing of that name', {}) for i in range(9999)])");
}
TEST_F(HostMemory, LargeArguments) {
  ExpectBounded("for i in range(30): batch([(i * 8 + j, 'make', {'n': 1, 'x': 'x' * 1_000_000}) for j in range(8)])");
}

TEST_F(HostMemory, ProgramsThatFetchTheirAnswersGetThemAll) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  const Result result = executor.Run(Python(), R"(
import asyncio
async def one(i):
    return len(await async_call(('make', 'make_now')[i % 2]))
async def main():
    return sum(await asyncio.gather(*(one(i) for i in range(200))))
print(asyncio.run(main()) >> 20)
)",
                                     {}, {WithSessionHostMemoryLimit(size_t{128} << 20)});
  EXPECT_EQ(result.stdout_text, "200\n") << Show(result).substr(0, 500);
}

TEST_F(HostMemory, OneThatDoesNotFitSaysWhatWouldHelp) {
  Executor executor = MakeExecutor({WithRegistry(Functions())});
  const Result result =
      executor.Run(Python(), "call('make', n=2_000_000)", {}, {WithSessionHostMemoryLimit(size_t{1} << 20)});
  ASSERT_TRUE(result.error) << Show(result).substr(0, 500);
  EXPECT_EQ(result.error->type, "HostError");
  EXPECT_THAT(result.error->message, HasSubstr("the 1 MiB that the host may hold for this session "
                                               "(WithSessionHostMemoryLimit, --max-host-memory)"));
}

TEST_F(HostMemory, ManySessionsHaveASumAboveThem) {
  Executor executor = MakeExecutor({WithRegistry(Functions()), WithHostMemory(size_t{1} << 20)});
  const Result small = executor.Run(Python(), "print(len(call('make', n=50_000)))");
  EXPECT_EQ(small.stdout_text, "50000\n") << Show(small);
  const Result large = executor.Run(Python(), "call('make', n=2_000_000)");
  ASSERT_TRUE(large.error) << Show(large).substr(0, 500);
  EXPECT_THAT(large.error->message, HasSubstr("WithHostMemory"));
}

}  // namespace
}  // namespace goru
