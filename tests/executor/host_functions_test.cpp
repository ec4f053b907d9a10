#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/sandbox.hpp"

namespace goru {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using test::Door;
using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;
using testing::HasSubstr;

Registry EchoRegistry(Blocking blocking = Blocking::kMayBlock) {
  Registry registry;
  registry.Add("echo", [](const CallContext&, const json& args) { return args; }, blocking);
  return registry;
}

class HostFunctions : public testing::TestWithParam<Language> {
 protected:
  const Language& language() const { return GetParam(); }
  bool python() const { return language().is_python(); }
};

INSTANTIATE_TEST_SUITE_P(Languages, HostFunctions, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

TEST_P(HostFunctions, TakeAnObjectAndReturnAValue) {
  Registry registry;
  json seen;
  registry.Add("f", [&](const CallContext&, const json& args) {
    seen = args;
    return json{{"list", {1, 2.5, nullptr, true}}, {"text", "h\u00e9\U0001F600"}};
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kCall = {
      "r = call('f', id='x', n=[1, {'a': None}], u='\\u00e9\\U0001F600')\nprint(r['list'], r['text'] == "
      "'h\\u00e9\\U0001F600')",
      "const r = call('f', {id: 'x', n: [1, {a: null}], u: '\\u00e9\\u{1F600}'}); "
      "console.log(JSON.stringify(r.list), r.text === 'h\\u00e9\\u{1F600}')"};
  const Result result = executor.Run(language(), kCall.In(language()));
  EXPECT_EQ(result.stdout_text, python() ? "[1, 2.5, None, True] True\n" : "[1,2.5,null,true] true\n") << Show(result);
  EXPECT_EQ(seen, json::parse(R"({"id":"x","n":[1,{"a":null}],"u":"é😀"})"));
}

TEST_P(HostFunctions, GetTheContextOfTheirRun) {
  Registry registry;
  std::atomic<uint64_t> session_id{0};
  std::atomic<bool> in_time{false};
  registry.Add("f", [&](const CallContext& context, const json&) {
    session_id = context.session_id;
    in_time = context.deadline > std::chrono::steady_clock::now() && !context.stop.stop_requested();
    return json();
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  EXPECT_TRUE(session.Run("call('f')").ok());
  EXPECT_EQ(session_id, session.id());
  EXPECT_TRUE(in_time);
}

TEST_P(HostFunctions, ExceptionsBecomeGuestErrorsWithTheMessageOnly) {
  Registry registry;
  registry.Add("throws", [](const CallContext&, const json&) -> json { throw std::runtime_error("no such user"); });
  registry.Add("odd", [](const CallContext&, const json&) -> json { throw 42; });  // NOLINT
  registry.Add("bad_text", [](const CallContext&, const json&) -> json { throw std::runtime_error("bad \xFF text"); });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  const Result result = session.Run("call('throws')");
  ASSERT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result);
  EXPECT_EQ(result.error->type, "HostError");
  EXPECT_EQ(result.error->message, "no such user");
  constexpr Program kCatch = {
      "try:\n  call('throws')\nexcept HostError as e:\n  print(e)\ntry:\n  call('odd')\nexcept HostError as e:\n  "
      "print('odd')",
      "try { call('throws') } catch (e) { console.log(e.message) }\ntry { call('odd') } catch (e) { console.log('odd') "
      "}"};
  EXPECT_EQ(session.Run(kCatch.In(language())).stdout_text, "no such user\nodd\n");
  const Result bad = session.Run("call('bad_text')");
  EXPECT_EQ(bad.error->message, "bad \uFFFD text") << Show(bad);
}

TEST_P(HostFunctions, UnknownOrNotEnabledSaysWhatWouldEnableIt) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  const Result unknown = executor.Run(language(), "call('nonsense')");
  EXPECT_THAT(unknown.error->message, HasSubstr("Registry::Add")) << Show(unknown);
  EXPECT_THAT(unknown.error->message, HasSubstr("nonsense"));
  const Result not_enabled = executor.Run(language(), "call('echo')", {}, {WithSessionFunctions({"other"})});
  EXPECT_THAT(not_enabled.error->message, HasSubstr("WithSessionFunctions")) << Show(not_enabled);
  const Result none = executor.Run(language(), "call('echo')", {}, {WithSessionFunctions({})});
  EXPECT_FALSE(none.ok());
  EXPECT_TRUE(executor.Run(language(), "call('echo')", {}, {WithSessionFunctions({"echo"})}).ok());
  const Result own = executor.Run(language(), "call('echo')", {}, {WithSessionRegistry(Registry())});
  EXPECT_FALSE(own.ok());
  // Enabling for one session enables nothing for another.
  EXPECT_FALSE(executor.Run(language(), "call('echo')", {}, {WithSessionFunctions({"other"})}).ok());
}

TEST_P(HostFunctions, WhatJsonCannotExpressIsRefused) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  Session session = MakeSession(executor, language());
  const std::vector<const char*> bad =
      python() ? std::vector<const char*>{"call('echo', a={b'key': 1})",
                                          "call('echo', a=object())",
                                          "call('echo', a={1, 2})",
                                          "call('echo', a=2 ** 64)",
                                          "call('echo', a=-2 ** 63 - 1)",
                                          "call('echo', a=1j)",
                                          "call(1)",
                                          "call(None, a=1)",
                                          "call()",
                                          "a = []\nfor _ in range(1000): a = [a]\ncall('echo', a=a)",
                                          "a = []\na.append(a)\ncall('echo', a=a)"}
               : std::vector<const char*>{"call('echo', {a: () => 1})",
                                          "call('echo', {a: Symbol('x')})",
                                          "call('echo', {a: 1n})",
                                          "call('echo', [1])",
                                          "call('echo', 5)",
                                          "let a = []; for (let i = 0; i < 1000; i++) a = [a]; call('echo', {a})",
                                          "let b = []; b.push(b); call('echo', {b})"};
  for (const char* code : bad) {
    const Result result = session.Run(code);
    EXPECT_EQ(KindOf(result), ErrorKind::kGuestException) << code << Show(result);
    EXPECT_TRUE(result.session_alive);
  }
  EXPECT_TRUE(session.Run("call('echo')").ok());
}

TEST_P(HostFunctions, NumbersOfSixtyFourBits) {
  Registry registry = EchoRegistry();
  registry.Add("largest", [](const CallContext&, const json&) {
    return json{{"u", std::numeric_limits<uint64_t>::max()}, {"i", std::numeric_limits<int64_t>::min()}, {"z", -1}};
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  if (python()) {
    EXPECT_EQ(session.Run("r = call('largest'); print(r['u'] == 2**64 - 1, r['i'] == -2**63, r['z'])").stdout_text,
              "True True -1\n");
    const Result echo = session.Run(
        "for n in (0, 1, -1, 2**15, -2**15, 2**30, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**32, 2**60, 2**63 - 1, "
        "2**63,"
        " 2**64 - 1, -2**63):\n  r = call('echo', n=n)['n']\n  assert r == n and type(r) is int, (n, r)");
    EXPECT_TRUE(echo.ok()) << Show(echo);
    const Result floats = session.Run(
        "import math\nfor x in (0.0, -0.0, 1.5, 1e308, 5e-324, math.inf, -math.inf, math.nan):\n"
        "  r = call('echo', x=x)['x']\n  assert repr(r) == repr(x), (x, r)");
    EXPECT_TRUE(floats.ok()) << Show(floats);
  } else {
    const Result echo = session.Run(
        "for (const n of [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53), 1.5, 1e308, 5e-324])\n"
        "  if (call('echo', {n}).n !== n) throw new Error(String(n));\n"
        "for (const n of [NaN, Infinity]) if (call('echo', {n}).n !== null) throw new Error(String(n));");
    EXPECT_TRUE(echo.ok()) << Show(echo);
  }
}

TEST_P(HostFunctions, TextOfAllKinds) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  const Result result = executor.Run(
      language(),
      python() ? "for s in ('', '\\0', 'a\\0b', '\\u00ff', '\\uffff', '\\U0010ffff', '\"\\\\\\n\\x7f', 'x' * 100000):\n"
                 "  r = call('echo', **{'s': s, s or 'e': 1})\n  assert r['s'] == s, ascii(s[:10])\n"
                 "call('echo', s='\\ud800')"
               : "for (const s of ['', '\\0', 'a\\0b', '\\u00ff', '\\uffff', '\\u{10ffff}', '\"\\\\\\n\\x7f', "
                 "'x'.repeat(100000)])\n"
                 "  if (call('echo', {s, [s || 'e']: s}).s !== s) throw new Error(JSON.stringify(s.slice(0, 10)));\n"
                 "call('echo', {s: '\\ud800'})");
  EXPECT_TRUE(result.ok()) << Show(result);
}

TEST_P(HostFunctions, BytesAreAValue) {
  Registry registry = EchoRegistry(Blocking::kNever);
  registry.Add("make", [](const CallContext&, const json& args) {
    return json::binary(std::vector<uint8_t>(args.at("n").get<size_t>(), 0xFF));
  });
  // What the host sees: bytes as lists of numbers, the rest as it is.
  registry.Add("see", [](const CallContext&, const json& args) {
    json seen = args;
    for (json& value : seen) {
      if (value.is_binary()) value = std::vector<uint8_t>(value.get_binary());
    }
    return json(seen.dump());
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  // What counts as bytes on the way out comes back as bytes.
  constexpr Program kEcho = {R"(
import array, collections
data = bytes(range(256))
class Bytes(bytes): pass
for value in (b"", data, bytearray(data), memoryview(data), memoryview(data)[3:200], memoryview(data)[::2], Bytes(data),
              array.array("B", data), b"\n" * 1_000_000):
    for args in ({"v": value}, {"v": [value, "text"]}, {"v": {"deep": [value]}}, collections.OrderedDict(v=(value, value))):
        for _ in range(2):
            r = call("echo", **args)["v"]
        while type(r) is not bytes:
            r = r["deep"] if type(r) is dict else r[0]
        assert r == bytes(value), (value, r)
class Text(str): pass
mixed = call("echo", v={1: Bytes(b"a"), "t": (Text("x"), True, None, 1.5, {"b": bytearray(b"b"), "c": memoryview(b"xyz")[::2]})})["v"]
assert mixed == {"1": b"a", "t": ["x", True, None, 1.5, {"b": b"b", "c": b"xz"}]}, mixed
r = call("make", n=3)
print(type(r).__name__, r, call("see", a=b"\x00\xff", b=bytearray(b"x"), c="x"))
view = memoryview(bytearray(2)); view.release()
for wrong in (view, {b"a": 1}, {1, 2}):
    try:
        call("echo", v=wrong)
        print("crossed", wrong)
    except (TypeError, ValueError):
        pass
)",
                             R"(
const all = Uint8Array.from({length: 256}, (_, i) => i);
const same = (a, b) => a instanceof Uint8Array && a.length === b.length && a.every((x, i) => x === b[i]);
const bytes = (v) => new Uint8Array(v.buffer ?? v, v.byteOffset ?? 0, v.byteLength);
const growing = new ArrayBuffer(4, {maxByteLength: 64});
const tracking = new Uint8Array(growing, 1), words = new Uint16Array(growing);
growing.resize(11);
for (const value of [new Uint8Array(), all, all.buffer, all.subarray(3, 200), new DataView(all.buffer, 5, 7), new Float64Array([1.5, NaN]),
                     new Uint8ClampedArray([1, 2]), growing, tracking, new DataView(growing, 2), new Uint8Array(1e6).fill(10)]) {
  for (const args of [{v: value}, {v: [value, 'text']}, {v: {deep: [value]}}]) {
    let r = call('echo', args).v;
    while (!(r instanceof Uint8Array)) r = r.deep ?? r[0];
    if (!same(r, bytes(value))) throw new Error(value + ' ' + r);
  }
}
if (call('echo', {v: words}).v.length !== 10) throw new Error('words');
const r = call('make', {n: 3});
console.log(r.constructor.name, String(r), call('see', {a: new Uint8Array([0, 255]), b: new Uint8Array([120]).buffer, c: 'x'}));
const gone = new Uint8Array(4);
gone.buffer.transfer();
for (const wrong of [gone, gone.buffer, new DataView(growing, 8)]) {
  growing.resize(2);
  let crossed = false;
  try { call('echo', {v: wrong}); crossed = true; } catch (e) { if (!(e instanceof TypeError)) throw e; }
  if (crossed) console.log('crossed', wrong);
}
)"};
  const Result result = session.Run(kEcho.In(language()));
  EXPECT_EQ(result.stdout_text, python() ? "bytes b'\\xff\\xff\\xff' {\"a\":[0,255],\"b\":[120],\"c\":\"x\"}\n"
                                         : "Uint8Array 255,255,255 {\"a\":[0,255],\"b\":[120],\"c\":\"x\"}\n")
      << Show(result);
  // A value of bytes has no JSON form.
  RunOptions want;
  want.want_value = true;
  const Result value = session.Run(python() ? "[b'ab']" : "call('make', {n: 2})", want);
  EXPECT_TRUE(value.ok()) << Show(value);
  EXPECT_FALSE(value.value) << Show(value);
  if (python()) {
    EXPECT_EQ(value.value_repr, "[b'ab']");
  } else {
    EXPECT_EQ(value.value_repr, "Uint8Array(2) [ 255, 255 ]");
    for (const char* code :
         {"({deep: [call('make', {n: 2})]})", "new ArrayBuffer(2)", "[new DataView(new ArrayBuffer(2))]",
          "new Float64Array(1)", "({get b() { return new Uint8Array(1) }})"}) {
      const Result other = session.Run(code, want);
      EXPECT_TRUE(other.value_repr && !other.value) << code << Show(other);
    }
    EXPECT_EQ(session.Run("({b: new Uint8Array(1), toJSON() { return {b: [...this.b]} }})", want).value,
              R"({"b":[0]})");
  }
  constexpr Program kGathered = {R"(
import asyncio
async def main():
    return await asyncio.gather(*(async_call("echo", v=bytes([i]) * 1000) for i in range(100)))
print(all(r["v"] == bytes([i]) * 1000 for i, r in enumerate(asyncio.run(main()))))
)",
                                 R"(
const rs = await runAsync(Array.from({length: 100}, (_, i) => asyncCall('echo', {v: new Uint8Array(1000).fill(i)})));
console.log(rs.every((r, i) => r.v.length === 1000 && r.v.every((x) => x === i)) ? 'True' : rs);
)"};
  EXPECT_EQ(session.Run(kGathered.In(language())).stdout_text, "True\n");
}

TEST_P(HostFunctions, LargeArgumentsAndResults) {
  Registry registry = EchoRegistry();
  registry.Add("make",
               [](const CallContext&, const json& args) { return json(std::string(args.at("n").get<size_t>(), 'r')); });
  registry.Add("size", [](const CallContext&, const json& args) {
    return json(args.at("s").get_ref<const std::string&>().size());
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  constexpr Program kFits = {
      "assert call('size', s='x' * 15_000_000) == 15_000_000\nassert len(call('make', n=15_000_000)) == 15_000_000",
      "if (call('size', {s: 'x'.repeat(15e6)}) !== 15e6) throw 1; if (call('make', {n: 15e6}).length !== 15e6) throw "
      "2"};
  const Result fits = session.Run(kFits.In(language()));
  EXPECT_TRUE(fits.ok()) << Show(fits);
  for (const Program& program : {Program{"call('size', s='x' * 17_000_000)", "call('size', {s: 'x'.repeat(17e6)})"},
                                 Program{"call('make', n=17_000_000)", "call('make', {n: 17e6})"}}) {
    const Result result = session.Run(program.In(language()));
    EXPECT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result).substr(0, 1000);
    EXPECT_THAT(result.error->message, HasSubstr("larger than"));
  }
  EXPECT_TRUE(session.Run("call('echo')").ok());
}

TEST_P(HostFunctions, DeepResultOfTheHostIsAnErrorAtMost) {
  Registry registry;
  registry.Add("deep", [](const CallContext&, const json& args) {
    json value = 1;
    for (int i = 0; i < args.at("n").get<int>(); ++i) value = json::array({std::move(value)});
    return value;
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  const Result result = session.Run(python() ? "call('deep', n=5000)" : "call('deep', {n: 5000})");
  EXPECT_TRUE(result.ok() || KindOf(result) == ErrorKind::kGuestException) << Show(result).substr(0, 1000);
  EXPECT_TRUE(session.Run(python() ? "call('deep', n=10)" : "call('deep', {n: 10})").ok());
}

TEST_P(HostFunctions, CallLimitHasItsOwnKind) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  Session session = MakeSession(executor, language(), {WithSessionHostCallLimit(5)});
  constexpr Program kLoop = {"while True: call('echo')", "for (;;) call('echo')"};
  const Result result = session.Run(kLoop.In(language()));
  EXPECT_EQ(KindOf(result), ErrorKind::kHostCallLimit) << Show(result);
  EXPECT_EQ(result.usage.host_calls, 5U);
  EXPECT_TRUE(result.session_alive);
  // Each run has its own allowance.
  EXPECT_TRUE(session.Run("call('echo')").ok());
  constexpr Program kGather = {
      "import asyncio\nasync def main(): await asyncio.gather(*(async_call('echo') for _ in "
      "range(6)))\nasyncio.run(main())",
      "await Promise.all(Array.from({length: 6}, () => asyncCall('echo')))"};
  EXPECT_EQ(KindOf(session.Run(kGather.In(language()))), ErrorKind::kHostCallLimit);
  // Saying so without having reached it is only an exception.
  constexpr Program kForge = {"raise HostCallLimitError('x')",
                              "const e = new Error('x'); e.name = 'HostCallLimitError'; throw e"};
  EXPECT_EQ(KindOf(session.Run(kForge.In(language()))), ErrorKind::kGuestException);
}

// --- Asynchronous calls ---

constexpr Program kGatherThousand = {
    "import asyncio\n"
    "async def main(): return await asyncio.gather(*(async_call('echo', i=i) for i in range(1000)))\n"
    "r = asyncio.run(main())\n"
    "print([x['i'] for x in r] == list(range(1000)))",
    "const r = await runAsync(Array.from({length: 1000}, (_, i) => asyncCall('echo', {i})));\n"
    "console.log(r.every((x, i) => x.i === i))"};

TEST_P(HostFunctions, GatheredCallsCrossOnce) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry(Blocking::kNever))});
  const Result result = executor.Run(language(), kGatherThousand.In(language()));
  EXPECT_EQ(result.stdout_text, python() ? "True\n" : "true\n") << Show(result);
  EXPECT_EQ(result.usage.host_calls, 1000U);
  EXPECT_EQ(result.usage.crossings, 1U);
}

TEST_P(HostFunctions, GatheredCallsThatMayBlock) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  const Result result = executor.Run(language(), kGatherThousand.In(language()));
  EXPECT_EQ(result.stdout_text, python() ? "True\n" : "true\n") << Show(result);
  EXPECT_EQ(result.usage.host_calls, 1000U);
  EXPECT_LE(result.usage.crossings, 1001U);
}

TEST_P(HostFunctions, TenThousandConcurrentCalls) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  constexpr Program kMany = {
      "import asyncio\n"
      "async def main(): return await asyncio.gather(*(async_call('echo', i=i) for i in range(10000)))\n"
      "print(sum(x['i'] for x in asyncio.run(main())))",
      "const r = await Promise.all(Array.from({length: 10000}, (_, i) => asyncCall('echo', {i})));\n"
      "console.log(r.reduce((s, x) => s + x.i, 0))"};
  const Result result = executor.Run(language(), kMany.In(language()), {}, {WithSessionHostCallLimit(10'000)});
  EXPECT_EQ(result.stdout_text, "49995000\n") << Show(result);
}

TEST_P(HostFunctions, GatheredCallsReallyRunAtTheSameTime) {
  constexpr int kTogether = 16;
  std::barrier barrier(kTogether);
  Registry registry;
  registry.Add("meet", [&](const CallContext&, const json&) {
    barrier.arrive_and_wait();
    return json(1);
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kMeet = {
      "import asyncio\nasync def main(): print(sum(await asyncio.gather(*(async_call('meet') for _ in "
      "range(16)))))\nasyncio.run(main())",
      "console.log((await Promise.all(Array.from({length: 16}, () => asyncCall('meet')))).reduce((a, b) => a + b))"};
  const Result result = executor.Run(language(), kMeet.In(language()));
  EXPECT_EQ(result.stdout_text, "16\n") << Show(result);
}

TEST_P(HostFunctions, NoMoreThanAllowedRunAtTheSameTime) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  Registry registry;
  registry.Add("count", [&](const CallContext&, const json&) {
    const int mine = ++now;
    int seen = most;
    while (mine > seen && !most.compare_exchange_weak(seen, mine)) {
    }
    std::this_thread::yield();
    --now;
    return json(1);
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kMany = {
      "import asyncio\nasync def main(): print(sum(await asyncio.gather(*(async_call('count') for _ in "
      "range(500)))))\nasyncio.run(main())",
      "console.log((await Promise.all(Array.from({length: 500}, () => asyncCall('count')))).reduce((a, b) => a + b))"};
  const Result result = executor.Run(language(), kMany.In(language()), {}, {WithSessionHostCallsInFlight(3)});
  EXPECT_EQ(result.stdout_text, "500\n") << Show(result);
  EXPECT_LE(most, 3);
}

TEST_P(HostFunctions, FailuresOfSomeDoNotLoseTheOthers) {
  Registry registry = EchoRegistry();
  registry.Add("fail", [](const CallContext&, const json& args) -> json {
    throw std::runtime_error("failed " + args.at("i").dump());
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kMixed = {
      "import asyncio\n"
      "async def main():\n"
      "  r = await asyncio.gather(*(async_call('fail' if i % 2 else 'echo', i=i) for i in range(6)), "
      "return_exceptions=True)\n"
      "  print([str(x) if isinstance(x, HostError) else x['i'] for x in r])\n"
      "asyncio.run(main())",
      "const r = await Promise.allSettled(Array.from({length: 6}, (_, i) => asyncCall(i % 2 ? 'fail' : 'echo', "
      "{i})));\n"
      "console.log(r.map((x) => x.status === 'rejected' ? x.reason.message : x.value.i).join())"};
  const Result result = executor.Run(language(), kMixed.In(language()));
  EXPECT_EQ(result.stdout_text,
            python() ? "[0, 'failed 1', 2, 'failed 3', 4, 'failed 5']\n" : "0,failed 1,2,failed 3,4,failed 5\n")
      << Show(result);
}

TEST_P(HostFunctions, RunThatEndsEarlyAsksItsCallsToStop) {
  Door entered;
  Door stopped;
  Registry registry;
  registry.Add("wait", [&](const CallContext& context, const json&) {
    entered.Open();
    const std::stop_callback on_stop(context.stop, [&] { stopped.Open(); });
    stopped.Wait();
    return json();
  });
  registry.Add("entered", [&](const CallContext&, const json&) {
    entered.Wait();
    return json();
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kLeave = {
      "import asyncio\nasync def main():\n  t = asyncio.create_task(async_call('wait'))\n  await "
      "async_call('entered')\n"
      "  raise ValueError('leave')\nasyncio.run(main())",
      "asyncCall('wait'); await asyncCall('entered'); throw new Error('leave')"};
  const Result result = executor.Run(language(), kLeave.In(language()));
  EXPECT_EQ(KindOf(result), ErrorKind::kGuestException) << Show(result);
  stopped.Wait();
}

class PythonHostFunctions : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Pythons, PythonHostFunctions, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(PythonHostFunctions, CancelledTaskRequestsTheStopOfItsCall) {
  Door entered;
  Door stopped;
  Registry registry;
  registry.Add("wait", [&](const CallContext& context, const json&) {
    entered.Open();
    const std::stop_callback on_stop(context.stop, [&] { stopped.Open(); });
    stopped.Wait();
    return json("late");
  });
  registry.Add("entered", [&](const CallContext&, const json&) {
    entered.Wait();
    return json();
  });
  registry.Add("stopped", [&](const CallContext&, const json&) {
    stopped.Wait();
    return json("stopped");
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  const Result result = executor.Run(GetParam(), R"(
import asyncio
async def main():
  task = asyncio.create_task(async_call('wait'))
  await async_call('entered')
  task.cancel()
  print(await async_call('stopped'))
  try:
    await task
  except asyncio.CancelledError:
    print('cancelled')
  try:
    await asyncio.wait_for(asyncio.sleep(100), 0.001)
  except TimeoutError:
    print('timeout')
asyncio.run(main())
)");
  EXPECT_EQ(result.stdout_text, "stopped\ncancelled\ntimeout\n") << Show(result);
}

TEST_P(PythonHostFunctions, CancelledCallsStillCountAsInFlightUntilTheyReturn) {
  // A guest that starts and cancels cannot keep more of the host's threads than it may.
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  Registry registry;
  registry.Add("deaf", [&](const CallContext& context, const json&) {
    const int mine = ++now;
    int seen = most;
    while (mine > seen && !most.compare_exchange_weak(seen, mine)) {
    }
    Door stopped;
    const std::stop_callback on_stop(context.stop, [&] { stopped.Open(); });
    stopped.Wait();
    // Another one would have had the time to start.
    std::this_thread::sleep_for(milliseconds(5));
    --now;
    return json();
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  const Result result = executor.Run(GetParam(), R"(
import asyncio
async def main():
  for _ in range(20):
    task = asyncio.create_task(async_call('deaf'))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
asyncio.run(main())
)",
                                     {}, {WithSessionHostCallsInFlight(1)});
  EXPECT_TRUE(result.ok()) << Show(result);
  executor.Close();
  EXPECT_EQ(most, 1);
}

TEST_P(PythonHostFunctions, SeveralLoopsInOneSession) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry())});
  Session session = MakeSession(executor, GetParam());
  for (int i = 0; i < 3; ++i) {
    const Result result = session.Run(
        "import asyncio\nasync def f(i): return (await async_call('echo', i=i))['i']\n"
        "async def main():\n  async with asyncio.TaskGroup() as g: t = [g.create_task(f(i)) for i in range(5)]\n"
        "  q = asyncio.Queue()\n  await q.put(sum(x.result() for x in t))\n  return await q.get()\n"
        "print(asyncio.run(main()), asyncio.run(main()))");
    EXPECT_EQ(result.stdout_text, "10 10\n") << Show(result);
  }
}

TEST_P(HostFunctions, SessionsOfOneExecutorShareThreadsNotResults) {
  Executor executor = MakeExecutor({WithRegistry(EchoRegistry()), WithHostThreads(2)});
  std::atomic<int> right{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Session session = MakeSession(executor, language());
      for (int i = 0; i < 5; ++i) {
        if (session
                .Run(std::string(kGatherThousand.In(language())).replace(0, 0, python() ? "" : "{") +
                     (python() ? "" : "}"))
                .ok())
          ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 20);
}

TEST_P(HostFunctions, AnswerLaterFromAnyThread) {
  std::vector<std::jthread> threads;
  std::optional<Completion> kept;
  Registry registry;
  registry.Add("later", [&](const CallContext&, const json& args, const Completion& completion) {
    threads.emplace_back([args, completion] { completion.Return(args.at("i")); });
  });
  registry.Add("fails", [](const CallContext&, const json&, const Completion& completion) {
    completion.Fail(CallError("ValueError", "not that one"));
  });
  registry.Add("never", [&kept](const CallContext&, const json&, const Completion& completion) { kept = completion; });
  registry.Add("drops", [](const CallContext&, const json&, const Completion&) {});
  {
    Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
    Session session = MakeSession(executor, language());
    constexpr Program kSum = {
        "import asyncio\n"
        "async def main(): return sum(await asyncio.gather(*(async_call('later', i=i) for i in range(20))))\n"
        "print(asyncio.run(main()) + call('later', i=1))",
        "const r = await Promise.all(Array.from({length: 20}, (_, i) => asyncCall('later', {i})));\n"
        "console.log(r.reduce((a, b) => a + b) + call('later', {i: 1}))"};
    const Result sum = session.Run(kSum.In(language()));
    EXPECT_EQ(sum.stdout_text, "191\n") << Show(sum);
    const Result fails = session.Run("call('fails')");
    ASSERT_TRUE(fails.error) << Show(fails);
    EXPECT_EQ(fails.error->message, "not that one");
    if (python()) {
      EXPECT_EQ(fails.error->type, "ValueError");
    }
    const Result drops = session.Run("call('drops')");
    EXPECT_THAT(drops.error->message, HasSubstr("without an answer"));
    const Result never = executor.Run(language(), "call('never')", {}, {WithSessionTimeout(milliseconds(200))});
    EXPECT_EQ(KindOf(never), ErrorKind::kTimeout) << Show(never);
  }
  // The executor is gone, and whoever kept it may answer all the same.
  EXPECT_TRUE(kept->Return("to nobody"));
  EXPECT_FALSE(kept->Return("again"));
}

TEST_P(HostFunctions, DeclaredArgumentsAreChecked) {
  Registry registry;
  registry.Add("f", {.function = [](const CallContext&, const json& args) { return args.at("n"); },
                     .description = "Gives n back.",
                     .parameters = {{{.name = "id", .type = ParameterType::kString},
                                     {.name = "n", .type = ParameterType::kInteger, .default_value = 3}}}});
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  Session session = MakeSession(executor, language());
  constexpr Program kRight = {"print(call('f', id='x'), call('f', id='x', n=4))",
                              "console.log(call('f', {id: 'x'}), call('f', {id: 'x', n: 4}))"};
  EXPECT_EQ(session.Run(kRight.In(language())).stdout_text, "3 4\n");
  const auto error = [&](const Program& program) {
    const Result result = session.Run(program.In(language()));
    EXPECT_TRUE(result.error) << Show(result);
    return result.error ? result.error->type + ": " + result.error->message : "";
  };
  EXPECT_EQ(error({"call('f')", "call('f')"}), "TypeError: f() needs the argument \"id\"");
  EXPECT_EQ(error({"call('f', id=1)", "call('f', {id: 1})"}),
            "TypeError: f(): the argument \"id\" must be a string, not an integer");
  EXPECT_EQ(error({"call('f', id='x', m=1)", "call('f', {id: 'x', m: 1})"}),
            "TypeError: f() has no argument \"m\"; it takes id, n");
}

TEST_P(HostFunctions, WhoHoldsTheThreadsDoesNotHoldUpOthers) {
  Door open;
  std::atomic<int> entered{0};
  Registry registry = EchoRegistry();
  registry.Add("block", [&](const CallContext&, const json&) {
    ++entered;
    open.Wait();
    return json();
  });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry)), WithHostThreads(8)});
  constexpr Program kGreedy = {
      "import asyncio\nasync def main(): await asyncio.gather(*(async_call('block') for _ in "
      "range(64)))\nasyncio.run(main())",
      "await Promise.all(Array.from({length: 64}, () => asyncCall('block')))"};
  // Runs that take all the threads that they get, and end while their functions go on.
  for (int i = 0; i < 3; ++i) {
    const Result greedy = executor.Run(language(), kGreedy.In(language()), {}, {WithSessionTimeout(milliseconds(300))});
    EXPECT_EQ(KindOf(greedy), ErrorKind::kTimeout) << Show(greedy);
  }
  EXPECT_GE(entered, 8);
  {
    // And two at work at the same time as the one that asks for little.
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] { (void)executor.Run(language(), kGreedy.In(language())); });
    }
    for (int i = 0; i < 5; ++i) {
      const Result modest = executor.Run(language(), "call('echo')");
      EXPECT_TRUE(modest.ok()) << Show(modest);
    }
    open.Open();
  }
}

TEST_P(HostFunctions, FunctionMayUseAnotherSession) {
  Executor inner = MakeExecutor();
  Registry registry;
  for (const Blocking blocking : {Blocking::kNever, Blocking::kMayBlock}) {
    registry.Add(
        blocking == Blocking::kNever ? "nested" : "pooled",
        [&](const CallContext&, const json&) {
          return json(
              inner.Run(language(), language().is_python() ? "print(6 * 7)" : "console.log(6 * 7)").stdout_text);
        },
        blocking);
  }
  Executor executor = MakeExecutor({WithRegistry(std::move(registry))});
  constexpr Program kCall = {"print(call('nested') + call('pooled'), end='')",
                             "console.log((call('nested') + call('pooled')).trim())"};
  EXPECT_EQ(executor.Run(language(), kCall.In(language())).stdout_text, "42\n42\n");
}

}  // namespace
}  // namespace goru
