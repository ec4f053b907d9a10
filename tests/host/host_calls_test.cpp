#include "host/host_calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "common/sandbox.hpp"

namespace goru::host {
namespace {

using guest::After;
using guest::Reply;
using nlohmann::json;
using test::Door;

class HostCallsTest : public testing::Test {
 protected:
  HostCallsTest() {
    auto registry = std::make_shared<Registry>();
    registry->Add("echo", [](const CallContext&, const json& args) { return args; });
    registry->Add("now", [](const CallContext&, const json& args) { return args; }, Blocking::kNever);
    registry->Add("wait", [this](const CallContext& context, const json&) {
      ++entered_;
      entered_.notify_all();
      Door stopped;
      const std::stop_callback on_stop(context.stop, [&] { stopped.Open(); });
      stopped.Wait();
      ++left_;
      return json();
    });
    policy_.registry = registry;
  }

  json Batch(HostCalls& calls, json payload) {
    Reply reply;
    EXPECT_EQ(calls.Handle('b', std::move(payload), reply), After::kContinue);
    EXPECT_TRUE(reply.ok) << reply.value;
    return reply.value;
  }
  std::unique_ptr<HostCalls> Make() { return std::make_unique<HostCalls>(policy_, pool_, signal_, CallContext()); }

  Policy policy_;
  std::atomic<int> entered_{0};
  std::atomic<int> left_{0};
  std::shared_ptr<support::StopSignal> signal_ = std::make_shared<support::StopSignal>();
  WorkerPool pool_{8};
};

TEST_F(HostCallsTest, MalformedRequestsAreErrors) {
  const auto calls = Make();
  for (const char* text : {"null", "1", "[]", "[1]", "[\"echo\"]", "[\"echo\",1]", "[1,{}]", "[\"echo\",{},1]", "{}"}) {
    Reply reply;
    EXPECT_EQ(calls->Handle('c', json::parse(text), reply), After::kContinue);
    EXPECT_FALSE(reply.ok) << text;
  }
  for (const char* text : {"null", "[]", "[1,[],null]", "[[],[],\"x\"]", "[[],[]]"}) {
    Reply reply;
    EXPECT_EQ(calls->Handle('b', json::parse(text), reply), After::kContinue);
    EXPECT_FALSE(reply.ok) << text;
  }
  Reply reply;
  EXPECT_EQ(calls->Handle('?', json(), reply), After::kContinue);
  EXPECT_FALSE(reply.ok);
  EXPECT_EQ(calls->calls(), 0U);
}

TEST_F(HostCallsTest, BatchWithNothingInFlightReturnsAtOnce) {
  const auto calls = Make();
  EXPECT_EQ(Batch(*calls, {json::array(), json::array(), nullptr}), json::array());
  EXPECT_EQ(Batch(*calls, {json::array(), json::array(), 0}), json::array());
  EXPECT_EQ(Batch(*calls, {json::array(), json::array(), -1e300}), json::array());
}

TEST_F(HostCallsTest, EveryCallIsAnsweredOnce) {
  const auto calls = Make();
  json requests = json::array();
  for (uint64_t id = 1; id <= 300; ++id)
    requests.push_back({id, id % 3 == 0 ? "now" : id % 3 == 1 ? "echo" : "nothing", {{"id", id}}});
  std::map<uint64_t, json> answers;
  json answer = Batch(*calls, {requests, json::array(), nullptr});
  while (!answer.empty()) {
    for (const json& item : answer) EXPECT_TRUE(answers.emplace(item[0].get<uint64_t>(), item).second);
    answer = Batch(*calls, {json::array(), json::array(), nullptr});
  }
  ASSERT_EQ(answers.size(), 300U);
  for (const auto& [id, item] : answers) {
    EXPECT_EQ(item[1], id % 3 != 2);
    if (id % 3 != 2) {
      EXPECT_EQ(item[2]["id"], id);
    }
  }
  EXPECT_EQ(calls->calls(), 300U);
}

TEST_F(HostCallsTest, StopEndsWaiting) {
  const auto calls = Make();
  std::jthread stopper([&] {
    entered_.wait(0);
    signal_->Raise();
  });
  Reply reply;
  EXPECT_EQ(calls->Handle('b', {{{1U, "wait", json::object()}}, json::array(), nullptr}, reply), After::kUnwind);
}

TEST_F(HostCallsTest, DestructionAsksRunningFunctionsToStop) {
  auto calls = Make();
  (void)Batch(*calls, {{{1U, "wait", json::object()}, {2U, "wait", json::object()}}, json::array(), 0});
  calls.reset();
  pool_.Drain();
  EXPECT_EQ(left_, entered_);
}

TEST_F(HostCallsTest, RepeatedIdsNeitherMultiplyNorLeakFunctions) {
  policy_.limits.host_calls_in_flight = 2;
  auto calls = Make();
  json requests = json::array();
  for (int i = 0; i < 50; ++i) requests.push_back({7U, "wait", json::object()});
  (void)Batch(*calls, {requests, json::array(), 0});
  calls.reset();
  // Would never end if one of them was not told to stop.
  pool_.Drain();
  EXPECT_LE(entered_, 2);
  EXPECT_EQ(left_, entered_);
}

TEST_F(HostCallsTest, CancelledCallsThatWaitForTheirTurnNeverStart) {
  policy_.limits.host_calls_in_flight = 1;
  auto calls = Make();
  (void)Batch(
      *calls,
      {{{1U, "wait", json::object()}, {2U, "wait", json::object()}, {3U, "echo", json::object()}}, json::array(), 0});
  // With the first and the second gone, the third gets its turn.
  const json answer = Batch(*calls, {json::array(), {2U, 1U}, nullptr});
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0][0], 3U);
  calls.reset();
  pool_.Drain();
  EXPECT_LE(entered_, 1);
}

TEST_F(HostCallsTest, LimitCountsAllAttempts) {
  policy_.limits.host_calls = 2;
  const auto calls = Make();
  Reply reply;
  for (int i = 0; i < 2; ++i) {
    reply = {};
    EXPECT_EQ(calls->Handle('c', {"echo", json::object()}, reply), After::kContinue);
    EXPECT_TRUE(reply.ok);
    EXPECT_FALSE(calls->limit_hit());
  }
  EXPECT_EQ(calls->Handle('c', {"echo", json::object()}, reply), After::kContinue);
  EXPECT_FALSE(reply.ok);
  EXPECT_EQ(reply.value[0], "HostCallLimitError");
  EXPECT_TRUE(calls->limit_hit());
}

}  // namespace
}  // namespace goru::host
