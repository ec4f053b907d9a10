// What a guest can make its host hold, by crossings of its own making: never twice what the session may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <string>

#include "common/resident_memory.hpp"
#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"
#include "host/http/web_server.hpp"

namespace goru {
namespace {

using host::http::test::WebServer;
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
def flood(name, args, count=9999, works=True):
    # The attack is what it is meant to be.
    status, answer = _goru.exchange((99, name, args))
    assert (status == 1) == works, answer
    del answer
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
    registry.Add("echo_later",
                 [](const CallContext&, const json& args, const Completion& completion) { completion.Return(args); });
    registry.Add("fail", [](const CallContext&, const json& args) -> json {
      throw CallError("ValueError", std::string(args.value("n", size_t{100'000}), 'e'));
    });
    // Whose descriptions make a long list.
    for (int i = 0; i < 50; ++i) {
      registry.Add(
          "described" + std::to_string(i),
          {.function = make, .description = std::string(10'000, 'd'), .parameters = {std::vector<Parameter>()}});
    }
    return registry;
  }

  /// Runs `code` in a session with everything, and says how much memory the process took for it beyond the guest's.
  void ExpectBounded(const std::string& code, std::vector<SessionOption> options = {}) {
    Executor executor = MakeExecutor({WithRegistry(Functions()), WithWarmPool(0)});
    const test::TemporaryFolder folder;
    const test::TemporaryFolder out;
    std::ofstream(std::string(folder.path()) + "/large") << std::string(size_t{2} << 20, 'f');
    for (int i = 0; i < 2'000; ++i) std::ofstream(std::string(folder.path()) + "/file" + std::to_string(i));
    HttpLimits http;
    http.requests = 100'000;
    http.total_bytes = size_t{1} << 30;
    options.insert(options.end(),
                   {WithSessionHostMemoryLimit(kBudget), WithSessionMemoryLimit(kGuest), WithSessionKV(),
                    WithSessionMount("/data", folder.path(), MountReadOnly),
                    WithSessionMount("/out", out.path(), MountReadWriteCreate),
                    WithSessionAllowedHosts({"127.0.0.1:" + WebServer::Get().Port("http"), "127.0.0.1:1"}),
                    WithSessionHttpLimits(http), WithSessionSecret("KEY", std::string(16'000, 's'), {"127.0.0.1"}),
                    WithAllowedPackages({"allowed"}), WithSessionTimeout(std::chrono::seconds(100)),
                    WithSessionHostCallLimit(1'000'000)});
    Session session = MakeSession(executor, Python(), options);
    ASSERT_TRUE(
        session.Run(std::string(kRaw) + "URL = '" + WebServer::Get().Http("") + "'\nkv.set('k', 'x' * 65000)").ok());
    const test::PeakMemory peak;
    const Result result = session.Run(code);
    // All that the guest may have is resident at most once, whatever it did.
    EXPECT_LT(peak.Grown(), 2 * kBudget + kGuest) << code << Show(result).substr(0, 500);
    EXPECT_TRUE(result.ok() || KindOf(result) == ErrorKind::kMemoryLimit) << code << Show(result).substr(0, 500);
  }
};

TEST_F(HostMemory, AnswersOfKV) { ExpectBounded("flood('goru:kv.get', {'key': 'k'})"); }
TEST_F(HostMemory, KeysOfKV) {
  ExpectBounded("for i in range(900): kv.set(f'{i:0250}', i)\nflood('goru:kv.keys', {})");
}
TEST_F(HostMemory, ValuesForKV) {
  ExpectBounded(R"(
for round in range(40):
    batch([(i, 'goru:kv.set', {'key': str(i % 100), 'value': '"' + 'x' * 64000 + '"'}) for i in range(200)])
    batch([(i, 'goru:kv.delete', {'key': str(i % 100)}) for i in range(200)])
)");
}
TEST_F(HostMemory, AnswersOfKVInAFile) {
  const test::TemporaryFolder folder;
  ExpectBounded("flood('goru:kv.get', {'key': 'k'})", {WithSessionKVFile(folder.path() + "/store.db")});
}
TEST_F(HostMemory, WritingOfFs) {
  // As many as the guest's memory has room for at a time.
  ExpectBounded(R"(
zeros, text = bytes(1_000_000), 'x' * 1_000_000
for round in range(20):
    for name in ('goru:fs.write', 'goru:fs.append'):
        batch([(i, name, {'path': f'/out/{i % 3}', 'data': zeros}) for i in range(5)])
        batch([(i, name, {'path': f'/out/{i % 3}', 'data': text}) for i in range(5)])
for i in range(100): batch([], (), 10)
assert fs.stat('/out/2')['size'] >= 1_000_000
)");
}
TEST_F(HostMemory, OtherOperationsOfFs) {
  ExpectBounded(R"(
path = '/out' + '/abcdefg' * 500
for name in ('exists', 'stat', 'mkdir', 'remove', 'read', 'list', 'write', 'append'):
    flood('goru:fs.' + name, {'path': path, 'data': b''}, 3000, name == 'exists')
flood('goru:fs.rename', {'from': path, 'to': path}, 3000, False)
)");
}
TEST_F(HostMemory, BodiesOfHttp) {
  ExpectBounded("flood('goru:http.request', {'method': 'GET', 'url': URL + '/bytes/1000000'}, 400)");
}
TEST_F(HostMemory, RequestsOfHttp) {
  ExpectBounded(R"(
for round in range(20):
    batch([(i, 'goru:http.request', {'method': 'POST', 'url': URL + '/echo', 'body': b'x' * 1_000_000}) for i in range(14)])
    batch([(i, 'goru:http.request', {'method': 'GET', 'url': 'http://127.0.0.1:1/' + 'x' * 1_000_000}) for i in range(14)])
    batch([(i, 'goru:http.request', {'method': 'GET', 'url': 'http://127.0.0.1:1/', 'headers': [['a' * 1000, 'b' * 1000]] * 500}) for i in range(14)])
flood('goru:http.request', {'method': 'GET', 'url': 'http://127.0.0.1:1/'}, 3000, False)
)");
}
TEST_F(HostMemory, SecretsOfHttp) {
  ExpectBounded(R"(
flood('goru:http.secret', {'name': 'KEY'})
flood('goru:http.secret', {'name': 'x' * 1000}, works=False)
)");
}
TEST_F(HostMemory, ListsOfFunctions) { ExpectBounded("flood('goru:functions.list', {}, 3000)"); }
TEST_F(HostMemory, Installations) {
  ExpectBounded(R"(
flood('goru:packages.install', {'name': 'x' * 900}, works=False)
flood('goru:packages.install', {'name': 'allowed', 'specifier': 'x' * 900}, works=False)
for round in range(10):
    batch([(i, 'goru:packages.install', {'name': 'allowed', 'specifier': 'x' * 1_000_000}) for i in range(14)])
)");
}
TEST_F(HostMemory, AnswersFromAnyThread) {
  ExpectBounded("for round in range(20): batch([(i, 'echo_later', {'x': 'x' * 100_000}) for i in range(150)])");
}
TEST_F(HostMemory, LargeErrors) { ExpectBounded("flood('fail', {}, works=False)"); }
TEST_F(HostMemory, ValuesThatGrowWhenTheyAreRead) {
  ExpectBounded(R"(
for round in range(5):
    for value in ([None] * 900_000, [[]] * 200_000, [{}] * 200_000, {str(i): 0 for i in range(90_000)}):
        batch([(1, 'take', {'x': value})])
        _goru.exchange((99, 'take', {'x': value}))
        _goru.exchange((99, 'make', [value]))
        batch([], value if type(value) is list else [value])
)");
}
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

TEST_F(HostMemory, AnswersThatTakeAllOfItAreHandedOver) {
  Executor executor = MakeExecutor();
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/file") << std::string(1'000'000, 'f');
  constexpr test::Program kReadAll = {R"(
import asyncio
async def main():
    return sum(map(len, await asyncio.gather(*(fs.async_read_bytes('/data/file') for _ in range(100)))))
print(asyncio.run(main()))
)",
                                      R"(
const all = await runAsync(Array.from({length: 100}, () => fs.asyncReadBytes('/data/file')));
console.log(all.reduce((sum, bytes) => sum + bytes.length, 0));
)"};
  for (const Language& language : test::EveryRuntime()) {
    for (const size_t budget : {size_t{4} << 20, size_t{16} << 20, size_t{64} << 20}) {
      const Result result = executor.Run(language, kReadAll.In(language), {},
                                         {WithSessionHostMemoryLimit(budget), WithSessionMemoryLimit(size_t{512} << 20),
                                          WithSessionMount("/data", folder.path(), MountReadOnly)});
      EXPECT_EQ(result.stdout_text, "100000000\n") << budget << Show(result).substr(0, 500);
    }
  }
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
