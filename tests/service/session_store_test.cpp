#include "service/session_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "common/sandbox.hpp"
#include "service/random_handle.hpp"

namespace goru::service {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::KindOf;
using test::MakeExecutor;
using testing::HasSubstr;

class SessionStoreTest : public testing::Test {
 protected:
  Executor executor_ = MakeExecutor();

  static std::string Out(SessionUse& use, std::string_view code) { return use->session.Run(code).output; }
};

TEST_F(SessionStoreTest, ASessionIsFoundByItsHandleAndKeepsItsState) {
  SessionStore store(executor_, {});
  std::string handle;
  {
    auto use = store.Open("ann", Python(), {});
    ASSERT_TRUE(use) << use.error().message;
    handle = (*use)->handle;
    EXPECT_EQ(Out(*use, "x = 20"), "");
  }
  FoundSession found = store.Find("ann", handle);
  ASSERT_TRUE(found.use);
  EXPECT_EQ(Out(found.use, "print(x + 1)"), "21\n");
  EXPECT_EQ(store.size(), 1U);
}

TEST_F(SessionStoreTest, HandlesOfOthersAreUnknown) {
  SessionStore store(executor_, {});
  auto use = store.Open("ann", JavaScript(), {});
  ASSERT_TRUE(use);
  const FoundSession other = store.Find("bob", (*use)->handle);
  EXPECT_FALSE(other.use);
  EXPECT_EQ(other.gone, Gone::kUnknown);
  Gone gone = Gone::kIdle;
  EXPECT_FALSE(store.End("bob", (*use)->handle, gone));
  EXPECT_EQ(gone, Gone::kUnknown);
  EXPECT_TRUE(store.List("bob").empty());
  ASSERT_EQ(store.List("ann").size(), 1U);
  EXPECT_EQ(store.List("ann")[0].handle, (*use)->handle);
  EXPECT_TRUE(store.List("ann")[0].in_use);
  // Nor does somebody else learn that there was one.
  ASSERT_TRUE(store.End("ann", (*use)->handle, gone));
  EXPECT_EQ(store.Find("bob", (*use)->handle).gone, Gone::kUnknown);
  EXPECT_EQ(store.Find("ann", (*use)->handle).gone, Gone::kEnded);
}

TEST_F(SessionStoreTest, IdleSessionsExpireAndSayWhy) {
  SessionStore store(executor_, {.idle = milliseconds(60)});
  auto used = store.Open("ann", JavaScript(), {});
  ASSERT_TRUE(used);
  std::string handle;
  {
    auto use = store.Open("ann", JavaScript(), {});
    ASSERT_TRUE(use);
    handle = (*use)->handle;
  }
  while (store.size() > 1) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(store.Find("ann", handle).gone, Gone::kIdle);
  // While one is used it is not idle.
  EXPECT_TRUE(store.Find("ann", (*used)->handle).use);
}

TEST_F(SessionStoreTest, TheEndOfItsLifeEndsARunAsWell) {
  SessionStore store(executor_, {.idle = hours(1), .life = milliseconds(100)});
  auto use = store.Open("ann", Python(), {});
  ASSERT_TRUE(use);
  const Result result = (*use)->session.Run("while True: pass");
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled);
  EXPECT_EQ(store.Find("ann", (*use)->handle).gone, Gone::kLife);
}

TEST_F(SessionStoreTest, ASessionThatARunEndedIsGone) {
  SessionStore store(executor_, {});
  auto use = store.Open("ann", Python(), {});
  ASSERT_TRUE(use);
  ASSERT_TRUE((*use)->session.Run("1").ok());
  store.Settle(**use);
  EXPECT_TRUE(store.Find("ann", (*use)->handle).use);
  EXPECT_EQ(KindOf((*use)->session.Run("while True: pass", {.timeout = milliseconds(20)})), ErrorKind::kTimeout);
  store.Settle(**use);
  EXPECT_EQ(store.Find("ann", (*use)->handle).gone, Gone::kDied);
}

TEST_F(SessionStoreTest, AnOwnerHasSoManyAndNoMore) {
  SessionStore store(executor_, {.per_owner = 2});
  auto first = store.Open("ann", JavaScript(), {});
  auto second = store.Open("ann", JavaScript(), {});
  ASSERT_TRUE(first && second);
  const auto third = store.Open("ann", JavaScript(), {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().kind, ErrorKind::kOverloaded);
  EXPECT_THAT(third.error().message, HasSubstr("--max-sessions-per-client"));
  EXPECT_TRUE(store.Open("bob", JavaScript(), {}));
  Gone gone = Gone::kUnknown;
  ASSERT_TRUE(store.End("ann", (*first)->handle, gone));
  EXPECT_TRUE(store.Open("ann", JavaScript(), {}));
  // What could not be opened does not count.
  SessionConfig wrong;
  wrong.limits.memory_bytes = 1;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(store.Open("eve", JavaScript(), wrong));
  EXPECT_TRUE(store.Open("eve", JavaScript(), {}));
}

TEST_F(SessionStoreTest, ClosingTheStoreEndsRuns) {
  Result result;
  {
    SessionStore store(executor_, {});
    auto use = store.Open("ann", JavaScript(), {});
    ASSERT_TRUE(use);
    auto future = (*use)->session.RunAsync("for (;;) {}");
    ASSERT_TRUE(future);
    Gone gone = Gone::kUnknown;
    ASSERT_TRUE(store.End("ann", (*use)->handle, gone));
    result = future->get();
  }
  EXPECT_EQ(KindOf(result), ErrorKind::kCancelled);
}

TEST(RandomHandle, IsLongAndNeverTheSame) {
  std::set<std::string> handles;
  for (int i = 0; i < 1000; ++i) {
    const std::string handle = RandomHandle();
    EXPECT_EQ(handle.size(), 32U);
    EXPECT_EQ(handle.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(handles.insert(handle).second);
  }
}

}  // namespace
}  // namespace goru::service
