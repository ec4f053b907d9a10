// Stops that the system does not carry out at once.
#include <gtest/gtest.h>

#include <string>

#include "common/refused_mprotect.hpp"
#include "common/sandbox.hpp"

namespace goru {
namespace {

using test::MakeExecutor;
using test::MakeSession;
using test::Program;
using test::Show;

class RefusedStop : public testing::TestWithParam<Language> {
 protected:
  void TearDown() override { test::mprotects_to_refuse = 0; }
  const Language& language() const { return GetParam(); }
  /// So many attempts to take memory away fail from the moment on at which the guest calls "refuse".
  Registry Refusing(int attempts) {
    Registry registry;
    registry.Add("refuse", [attempts](const CallContext&, const nlohmann::json&) {
      test::mprotects_to_refuse = attempts;
      return nlohmann::json(nullptr);
    });
    return registry;
  }
};
INSTANTIATE_TEST_SUITE_P(Languages, RefusedStop, testing::ValuesIn(test::EveryRuntime()), test::LanguageName);

constexpr Program kRefuseAndLoop = {"call('refuse')\nwhile True: pass", "call('refuse'); for (;;) {}"};
constexpr Program kRefuseAndCall = {"call('refuse')\nwhile True: call('refuse_more')",
                                    "call('refuse'); for (;;) call('refuse_more')"};
constexpr Program kSmall = {"print(1 + 1)", "console.log(1 + 1)"};

TEST_P(RefusedStop, IsTriedAgainUntilTheGuestStops) {
  Executor executor = MakeExecutor({WithRegistry(Refusing(10)), WithWarmPool(0)});
  Session session = MakeSession(executor, language(), {WithSessionTimeout(std::chrono::milliseconds(50))});
  const Result result = session.Run(kRefuseAndLoop.In(language()));
  ASSERT_TRUE(result.error) << Show(result);
  EXPECT_EQ(result.error->kind, ErrorKind::kTimeout) << Show(result);
  EXPECT_FALSE(result.session_alive);
  // The engine `native` also sends a signal, which ends the guest whether its memory is there or not.
  EXPECT_EQ(test::mprotects_to_refuse, test::EngineUnderTest() == Engine::kNative ? 8 : 0);
  Session next = MakeSession(executor, language());
  EXPECT_EQ(next.Run(kSmall.In(language())).stdout_text, "2\n");
}

TEST_P(RefusedStop, GuestThatComesToTheHostStopsWithoutIt) {
  Registry registry = Refusing(1'000'000);
  registry.Add("refuse_more", [](const CallContext&, const nlohmann::json&) { return nlohmann::json(nullptr); });
  Executor executor = MakeExecutor({WithRegistry(std::move(registry)), WithWarmPool(0)});
  Session session = MakeSession(
      executor, language(), {WithSessionTimeout(std::chrono::milliseconds(50)), WithSessionHostCallLimit(SIZE_MAX)});
  const Result result = session.Run(kRefuseAndCall.In(language()));
  ASSERT_TRUE(result.error) << Show(result);
  EXPECT_EQ(result.error->kind, ErrorKind::kTimeout) << Show(result);
  EXPECT_FALSE(result.session_alive);
  // Its slot cannot be made clean now, and is not used again.
  Session next = MakeSession(executor, language());
  EXPECT_EQ(next.Run(kSmall.In(language())).stdout_text, "2\n");
}

}  // namespace
}  // namespace goru
