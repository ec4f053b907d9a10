#include "host/host_calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "common/sandbox.hpp"
#include "host/modules.hpp"

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
    registry->Add("deaf", [this](const CallContext&, const json&) {
      ++entered_;
      entered_.notify_all();
      leave_.Wait();
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
  Door leave_;
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

TEST_F(HostCallsTest, CancelListsOfAnySizeAreRead) {
  policy_.limits.host_calls_in_flight = 1;
  policy_.limits.host_calls = 50'000;
  auto calls = Make();
  json requests = json::array({json::array({0U, "wait", json::object()})});
  json ids = json::array();
  for (uint64_t id = 1; id <= 20'000; ++id) {
    requests.push_back({id, "now", json::object()});
    ids.push_back(id);
  }
  // As many that never were, backwards.
  for (uint64_t id = 100'000; id > 20'000; --id) ids.push_back(id);
  (void)Batch(*calls, {std::move(requests), json::array(), 0});
  EXPECT_EQ(Batch(*calls, {json::array(), ids, 0}), json::array());
  ids.push_back(1U);
  Reply reply;
  EXPECT_EQ(calls->Handle('b', {json::array(), ids, 0}, reply), After::kContinue);
  EXPECT_EQ(reply.value[1], "malformed request");
}

TEST_F(HostCallsTest, LongStepsMeetTheStop) {
  policy_.limits.host_calls = 1'000'000;
  auto calls = Make();
  json requests = json::array();
  for (uint64_t id = 0; id < 50'000; ++id) requests.push_back({id, "now", json::object()});
  signal_->Raise();
  Reply reply;
  EXPECT_EQ(calls->Handle('b', {requests, json::array(), nullptr}, reply), After::kUnwind);
  EXPECT_LT(calls->calls(), 1'000U);
  json many = json::array();
  for (int i = 0; i < 100'000; ++i) many.push_back(nullptr);
  EXPECT_EQ(calls->Handle('b', {{{1U, "now", {{"a", many}}}}, json::array(), nullptr}, reply), After::kUnwind);
  // The result of a call on the run's own thread is as large as the guest likes.
  EXPECT_EQ(calls->Handle('c', {"now", {{"a", many}}}, reply), After::kContinue);
  EXPECT_EQ(reply.value, json::parse(R"(["ValueError", "the run has ended"])"));
}

TEST_F(HostCallsTest, CancellingMeetsTheStop) {
  policy_.limits.host_calls = 1'000'000;
  policy_.limits.host_calls_in_flight = 1;
  auto calls = Make();
  json requests = json::array();
  json ids = json::array();
  for (uint64_t id = 0; id < 20'000; ++id) {
    requests.push_back({id, "wait", json::object()});
    ids.push_back(id);
  }
  EXPECT_EQ(Batch(*calls, {requests, json::array(), 0}), json::array());
  signal_->Raise();
  Reply reply;
  EXPECT_EQ(calls->Handle('b', {json::array(), ids, 0}, reply), After::kUnwind);
}

TEST_F(HostCallsTest, WrongArgumentsAreNotPassedOn) {
  auto registry = std::make_shared<Registry>();
  registry->Add("f", {.function = [](const CallContext&, const json& args) { return args; },
                      .blocking = Blocking::kNever,
                      .parameters = {{{.name = "id", .type = ParameterType::kString},
                                      {.name = "n", .type = ParameterType::kInteger, .default_value = 3}}}});
  policy_.registry = registry;
  const auto calls = Make();
  Reply reply;
  EXPECT_EQ(calls->Handle('c', {"f", {{"id", "x"}}}, reply), After::kContinue);
  EXPECT_EQ(reply.value, json({{"id", "x"}, {"n", 3}}));
  EXPECT_EQ(calls->Handle('c', {"f", {{"id", 1}}}, reply), After::kContinue);
  EXPECT_EQ(reply.value, json::parse(R"(["TypeError", "f(): the argument \"id\" must be a string, not an integer"])"));
  const json batched = Batch(*calls, {{{1U, "f", {{"id", "y"}}}, {2U, "f", json::object()}}, json::array(), nullptr});
  ASSERT_EQ(batched.size(), 2U);
  const size_t wrong = batched[0][0] == 2U ? 0 : 1;
  EXPECT_EQ(batched[1 - wrong][2], json({{"id", "y"}, {"n", 3}}));
  EXPECT_EQ(batched[wrong][2], json::parse(R"(["TypeError", "f() needs the argument \"id\""])"));
}

TEST_F(HostCallsTest, GuestsCanAskWhatThereIs) {
  auto registry = std::make_shared<Registry>();
  const HostFunction function = [](const CallContext&, const json&) { return json(); };
  registry->Add("a", {.function = function, .description = "Does a.", .parameters = {{{.name = "x"}}}});
  registry->Add("b", function);
  registry->Add("goru:kv.get", function);
  SessionConfig config;
  const auto names = [&] {
    auto modules = Modules::Create({.config = config, .registry = registry});
    EXPECT_TRUE(modules);
    policy_.modules = *modules;
    Reply reply;
    EXPECT_EQ(Make()->Handle('c', {"goru:functions.list", json::object()}, reply), After::kContinue);
    json list = json::array();
    for (const json& described : reply.value) list.push_back(described["name"]);
    return list;
  };
  EXPECT_EQ(names(), json({"a", "b"}));
  config.functions = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"b", "c"});
  EXPECT_EQ(names(), json({"b"}));
}

TEST_F(HostCallsTest, FunctionsLeftBehindDoNotOccupyThePool) {
  // More than the pool has threads.
  for (int run = 0; run < 3; ++run) {
    auto calls = Make();
    json requests = json::array();
    for (uint64_t id = 0; id < 6; ++id) requests.push_back({id, "deaf", json::object()});
    (void)Batch(*calls, {requests, json::array(), 0});
    for (int seen = entered_; seen < 6 * (run + 1); seen = entered_) entered_.wait(seen);
  }
  const auto calls = Make();
  Reply reply;
  EXPECT_EQ(calls->Handle('c', {"echo", {{"a", 1}}}, reply), After::kContinue);
  EXPECT_EQ(reply.value, json({{"a", 1}}));
  leave_.Open();
}

TEST_F(HostCallsTest, WithoutAThreadTheCallFails) {
  WorkerPool pool({.threads = 1, .share = 1, .spare = 0});
  {
    HostCalls calls(policy_, pool, signal_, CallContext());
    Reply reply;
    EXPECT_EQ(calls.Handle('b', {{{1U, "deaf", json::object()}}, json::array(), 0}, reply), After::kContinue);
    entered_.wait(0);
  }
  HostCalls calls(policy_, pool, signal_, CallContext());
  Reply reply;
  EXPECT_EQ(calls.Handle('c', {"echo", json::object()}, reply), After::kContinue);
  EXPECT_FALSE(reply.ok);
  EXPECT_NE(reply.value[1].get<std::string>().find("WithHostThreads"), std::string::npos) << reply.value;
  const json answer = Batch(calls, {{{1U, "echo", json::object()}}, json::array(), nullptr});
  EXPECT_EQ(answer[0][1], false);
  leave_.Open();
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
