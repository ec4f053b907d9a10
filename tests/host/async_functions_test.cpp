#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>

#include "common/sandbox.hpp"
#include "host/host_calls.hpp"

namespace goru::host {
namespace {

using guest::After;
using guest::Reply;
using nlohmann::json;
using test::Door;

/// Calls of functions that answer later, one of which is "later": the test has its completion.
class AsyncFunctionsTest : public testing::Test {
 protected:
  AsyncFunctionsTest() {
    auto registry = std::make_shared<Registry>();
    registry->Add("later", [this](const CallContext& context, json args, const Completion& completion) {
      args_ = std::move(args);
      stop_ = context.stop;
      completion_ = completion;
      given_.Open();
    });
    registry->Add("now",
                  [](const CallContext&, const json& args, const Completion& completion) { completion.Return(args); });
    registry->Add("throws", [](const CallContext&, const json&, const Completion&) {
      throw CallError("ValueError", "not like this");
    });
    registry->Add("drops", [](const CallContext&, const json&, const Completion&) {});
    registry->Add("thread", [this](const CallContext&, const json& args, const Completion& completion) {
      threads_.emplace_back([completion, args] { completion.Return(args); });
    });
    policy_.registry = registry;
  }

  std::unique_ptr<HostCalls> Make() { return std::make_unique<HostCalls>(policy_, pool_, signal_, CallContext()); }
  static Reply Call(HostCalls& calls, const char* name, json args = json::object()) {
    Reply reply;
    EXPECT_EQ(calls.Handle('c', {name, std::move(args)}, reply), After::kContinue);
    return reply;
  }
  static json Batch(HostCalls& calls, json requests, json timeout = nullptr, json cancelled = json::array()) {
    Reply reply;
    EXPECT_EQ(calls.Handle('b', {std::move(requests), std::move(cancelled), std::move(timeout)}, reply),
              After::kContinue);
    EXPECT_TRUE(reply.ok) << reply.value;
    return reply.value;
  }

  Policy policy_;
  json args_;
  std::stop_token stop_;
  std::optional<Completion> completion_;
  Door given_;
  std::shared_ptr<support::StopSignal> signal_ = std::make_shared<support::StopSignal>();
  WorkerPool pool_{2};
  std::vector<std::jthread> threads_;
};

TEST_F(AsyncFunctionsTest, AnswerBeforeTheyReturn) {
  const auto calls = Make();
  EXPECT_EQ(Call(*calls, "now", {{"a", 1}}).value, json({{"a", 1}}));
  EXPECT_EQ(Batch(*calls, {{1U, "now", {{"a", 1}}}}), json::parse(R"([[1, true, {"a": 1}]])"));
}

TEST_F(AsyncFunctionsTest, AnswerFromAnotherThread) {
  const auto calls = Make();
  EXPECT_EQ(Call(*calls, "thread", {{"a", 1}}).value, json({{"a", 1}}));
  json requests = json::array();
  for (uint64_t id = 0; id < 50; ++id) requests.push_back({id, "thread", {{"id", id}}});
  size_t answered = 0;
  for (json some = Batch(*calls, requests); !some.empty(); some = Batch(*calls, json::array())) {
    for (const json& one : some) EXPECT_EQ(one, json({one[0], true, {{"id", one[0]}}}));
    answered += some.size();
  }
  EXPECT_EQ(answered, 50U);
}

TEST_F(AsyncFunctionsTest, WaitForTheirAnswer) {
  const auto calls = Make();
  std::jthread answerer([&] {
    given_.Wait();
    completion_->Return("late");
  });
  EXPECT_EQ(Call(*calls, "later", {{"a", 1}}).value, "late");
  EXPECT_EQ(args_, json({{"a", 1}}));
  EXPECT_FALSE(completion_->Return("again"));
}

TEST_F(AsyncFunctionsTest, ExceptionsAndNoAnswerAreErrors) {
  const auto calls = Make();
  EXPECT_EQ(Call(*calls, "throws").value, json::parse(R"(["ValueError", "not like this"])"));
  EXPECT_EQ(Call(*calls, "drops").value, json::parse(R"(["HostError", "the host function ended without an answer"])"));
  const json both = Batch(*calls, {{1U, "throws", json::object()}, {2U, "drops", json::object()}});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0][1], false);
  EXPECT_EQ(both[1][1], false);
}

TEST_F(AsyncFunctionsTest, AnswersAfterTheRunAreDropped) {
  auto calls = Make();
  EXPECT_EQ(Batch(*calls, {{1U, "later", json::object()}}, 0), json::array());
  EXPECT_FALSE(stop_.stop_requested());
  calls.reset();
  EXPECT_TRUE(stop_.stop_requested());
  EXPECT_TRUE(completion_->Return("to nobody"));
  // The same where the run waited for this call alone.
  completion_.reset();
  calls = Make();
  signal_->Raise();
  Reply reply;
  EXPECT_EQ(calls->Handle('c', {"later", json::object()}, reply), After::kUnwind);
  calls.reset();
  policy_.registry.reset();
  EXPECT_TRUE(completion_->Fail("to nobody"));
}

TEST_F(AsyncFunctionsTest, CancelledOnesAreToldAndKeepTheirPlace) {
  policy_.limits.host_calls_in_flight = 1;
  const auto calls = Make();
  EXPECT_EQ(Batch(*calls, {{1U, "later", json::object()}, {2U, "now", json::object()}}, 0), json::array());
  EXPECT_EQ(Batch(*calls, json::array(), 0, {1U}), json::array());
  EXPECT_TRUE(stop_.stop_requested());
  completion_->Return("dropped");
  EXPECT_EQ(Batch(*calls, json::array()), json::parse("[[2, true, {}]]"));
}

TEST_F(AsyncFunctionsTest, GiveBackWhatTheyHeld) {
  policy_.memory = std::make_shared<support::ByteBudget>(1 << 20, "it");
  auto calls = Make();
  EXPECT_EQ(Batch(*calls, {{1U, "later", {{"text", std::string(10'000, 'x')}}}}, 0), json::array());
  EXPECT_GE(policy_.memory->used(), 10'000U);
  calls.reset();
  completion_->Return(1);
  completion_.reset();
  EXPECT_EQ(policy_.memory->used(), 0U);
}

}  // namespace
}  // namespace goru::host
