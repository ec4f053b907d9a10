// Built-in modules as sessions have them: who may use what, and what ends with a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/sandbox.hpp"
#include "common/temporary_folder.hpp"

namespace goru {
namespace {

using test::KindOf;
using test::MakeExecutor;
using test::MakeSession;
using test::Show;

std::string Output(Session& session, std::string_view code) {
  const Result result = session.Run(code);
  EXPECT_TRUE(result.ok()) << Show(result);
  return result.output;
}

class Modules : public testing::TestWithParam<Language> {};
INSTANTIATE_TEST_SUITE_P(Pythons, Modules, testing::ValuesIn(test::EveryPython()), test::LanguageName);

TEST_P(Modules, AreOffUntilGiven) {
  Executor executor = MakeExecutor();
  Session python = MakeSession(executor, GetParam());
  const Result got = python.Run("kv.get('a')");
  ASSERT_EQ(KindOf(got), ErrorKind::kGuestException) << Show(got);
  EXPECT_EQ(got.error->type, "PermissionError");
  EXPECT_NE(got.error->message.find("WithSessionKV"), std::string::npos);
  EXPECT_NE(got.error->message.find("--kv"), std::string::npos);
  Session javascript = MakeSession(executor, JavaScript());
  EXPECT_EQ(KindOf(javascript.Run("kv.get('a')")), ErrorKind::kGuestException);
}

TEST_P(Modules, OneSessionsStoreIsNotAnothers) {
  Executor executor = MakeExecutor();
  Session one = MakeSession(executor, GetParam(), {WithSessionKV()});
  Session two = MakeSession(executor, JavaScript(), {WithSessionKV()});
  EXPECT_EQ(Output(one, "kv.set('a', 1); print(kv.keys())"), "['a']\n");
  EXPECT_EQ(Output(two, "console.log(kv.keys())"), "[]\n");
  // And it lasts as long as its session.
  EXPECT_EQ(Output(one, "print(kv.get('a'))"), "1\n");
}

TEST_P(Modules, SessionsShareAStoreThatTheyAreGiven) {
  Executor executor = MakeExecutor();
  KVStore store = KVStore::InMemory();
  ASSERT_TRUE(store.Set("from_host", R"({"big": 9007199254740993})").ok());
  Session one = MakeSession(executor, GetParam(), {WithSessionKVStore(store)});
  Session two = MakeSession(executor, JavaScript(), {WithSessionKVStore(store)});
  EXPECT_EQ(Output(one, "print(kv.get('from_host')); kv.set('p', [1, 'two', None])"), "{'big': 9007199254740993}\n");
  EXPECT_EQ(Output(two, "console.log(kv.get('p')); kv.set('j', {x: 1.5})"), "[ 1, 'two', null ]\n");
  one.Close();
  EXPECT_EQ(**store.Get("j"), R"({"x":1.5})");
}

TEST_P(Modules, ManySessionsAtOnceOnOneStore) {
  Executor executor = MakeExecutor();
  KVStore store = KVStore::InMemory();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&executor, store, t] {
      Session session = MakeSession(executor, JavaScript(), {WithSessionKVStore(store)});
      const std::string name = std::to_string(t);
      Output(session, "for (let i = 0; i < 200; i++) kv.set('" + name + ":' + i, i);");
      EXPECT_EQ(Output(session, "console.log(kv.keys().filter((key) => key.startsWith('" + name + ":')).length)"),
                "200\n");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store.Keys()->size(), 800U);
}

TEST_P(Modules, ConfigurationsAsData) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/state.db";
  auto executor_config =
      ExecutorConfigFromJson({{"cache_directory", GORU_TEST_CACHE}, {"limits", {{"warm_sandboxes", 0}}}});
  ASSERT_TRUE(executor_config) << executor_config.error().message;
  Executor executor = test::MakeExecutor({WithExecutorConfig(std::move(*executor_config))});
  for (const std::string expected : {"1", "2"}) {
    const auto config = SessionConfigFromJson({{"limits", {{"host_calls", 2}}}, {"kv", {{"file", file}}}});
    ASSERT_TRUE(config) << config.error().message;
    Session session = MakeSession(executor, GetParam(), {WithSessionKV(), WithSessionConfig(*config)});
    Result result = session.Run("kv.set('n', kv.get('n', 0) + 1)");
    ASSERT_TRUE(result.ok()) << Show(result);
    result = session.Run("kv.get('n')", {.want_value = true});
    EXPECT_EQ(result.value, expected) << Show(result);
    result = session.Run("kv.keys(); kv.keys(); kv.keys()");
    EXPECT_EQ(KindOf(result), ErrorKind::kHostCallLimit) << Show(result);
  }
  Session once = MakeSession(executor, GetParam(), {WithSessionKVFile(file)});
  EXPECT_EQ(once.Run("kv.get('n')", {.want_value = true}).value, "2");
  const auto wrong = executor.NewSession(GetParam(), {WithSessionKVFile(folder.path())});
  ASSERT_FALSE(wrong);
}

TEST_P(Modules, CallsCountAsHostCalls) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, GetParam(), {WithSessionKV(), WithSessionHostCallLimit(5)});
  EXPECT_EQ(KindOf(session.Run("for i in range(10): kv.set('a', i)")), ErrorKind::kHostCallLimit);
  EXPECT_EQ(Output(session, "print(kv.get('a'))"), "4\n");
}

TEST_P(Modules, RegisteredFunctionsDoNotStandInForThem) {
  Registry registry;
  registry.Add("goru:kv.get", [](const CallContext&, const nlohmann::json&) -> nlohmann::json { return "forged"; });
  Executor executor = MakeExecutor({WithRegistry(registry)});
  Session session = MakeSession(executor, GetParam());
  const Result result = session.Run("call('goru:kv.get', key='a')");
  ASSERT_EQ(KindOf(result), ErrorKind::kGuestException);
  EXPECT_EQ(result.error->type, "PermissionError");
}

TEST_P(Modules, UnknownMethodsAndModulesAreRefused) {
  Executor executor = MakeExecutor();
  Session session = MakeSession(executor, GetParam(), {WithSessionKV()});
  for (const char* name :
       {"goru:", "goru:kv", "goru:kv.", "goru:kv.drop", "goru:os.system", "goru:.get", "goru:kv.get.x"}) {
    const Result result = session.Run("call('" + std::string(name) + "', key='a')");
    ASSERT_EQ(KindOf(result), ErrorKind::kGuestException) << name;
    EXPECT_EQ(result.error->type, "HostError") << name;
  }
}

TEST_P(Modules, WrongConfigurationsAreNamed) {
  Executor executor = MakeExecutor();
  const auto refused = [&](const SessionOption& option) {
    const auto session = executor.NewSession(GetParam(), {option});
    return session ? "accepted" : session.error().message;
  };
  EXPECT_THAT(refused(WithSessionAllowedNetworks({"10.0.0.0/8"})), testing::HasSubstr("--allow-host"));
  EXPECT_THAT(refused(WithSessionAllowedHosts({"http://example.com/"})), testing::HasSubstr("http://example.com/"));
  EXPECT_THAT(refused(WithSessionMount("data", "/tmp", MountReadOnly)), testing::HasSubstr("data"));
  EXPECT_THAT(refused(WithSessionMount("/data", "/no/such/folder", MountReadOnly)),
              testing::HasSubstr("/no/such/folder"));
}

}  // namespace
}  // namespace goru
