// What the host holds for a session: never more than its budget, and no call waits for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "common/sandbox.hpp"
#include "host/host_calls.hpp"

namespace goru::host {
namespace {

using guest::After;
using guest::Reply;
using nlohmann::json;
using test::Door;
using testing::HasSubstr;

constexpr size_t kMiB = size_t{1} << 20;

class HostMemoryTest : public testing::Test {
 protected:
  HostMemoryTest() {
    auto registry = std::make_shared<Registry>();
    const HostFunction make = [this](const CallContext&, const json& args) {
      Watch();
      return json(std::string(args.at("n").get<size_t>(), 'r'));
    };
    registry->Add("make", make);
    registry->Add("make_now", make, Blocking::kNever);
    registry->Add("make_declared", {.function = make, .result_bytes = kMiB});
    registry->Add("make_reserved", [this, make](const CallContext& context, const json& args) {
      context.Reserve(args.at("n").get<size_t>() + 100);
      ++reserved_;
      return make(context, args);
    });
    registry->Add("make_later", [make](const CallContext& context, const json& args, const Completion& completion) {
      completion.Return(make(context, args));
    });
    registry->Add("size", [this](const CallContext&, const json& args) {
      Watch();
      return json(args.at("text").get_ref<const std::string&>().size());
    });
    policy_.registry = registry;
    policy_.limits.host_bytes = 8 * kMiB;
    policy_.limits.host_calls = 1'000'000;
    policy_.memory = std::make_shared<support::ByteBudget>(policy_.limits.host_bytes, "the 8 MiB (WithX)");
  }

  void Watch() {
    size_t seen = most_;
    const size_t now = policy_.memory->used();
    while (now > seen && !most_.compare_exchange_weak(seen, now)) {
    }
  }
  std::unique_ptr<HostCalls> Make() { return std::make_unique<HostCalls>(policy_, pool_, signal_, CallContext()); }
  Reply Call(HostCalls& calls, const char* name, json args) {
    Reply reply;
    EXPECT_EQ(calls.Handle('c', {name, std::move(args)}, reply), After::kContinue);
    return reply;
  }
  /// All answers, by id.
  std::map<uint64_t, json> All(HostCalls& calls, json requests) {
    std::map<uint64_t, json> answers;
    for (;;) {
      Reply reply;
      EXPECT_EQ(calls.Handle('b', {std::move(requests), json::array(), nullptr}, reply), After::kContinue);
      EXPECT_TRUE(reply.ok) << reply.value;
      requests = json::array();
      if (reply.value.empty()) return answers;
      Watch();
      for (json& one : reply.value) {
        EXPECT_TRUE(answers.emplace(one[0].get<uint64_t>(), json::array({one[1], std::move(one[2])})).second);
      }
    }
  }
  static json Requests(size_t count, const char* name, const json& args) {
    json requests = json::array();
    for (size_t id = 0; id < count; ++id) requests.push_back({id, name, args});
    return requests;
  }
  void ExpectNothingHeld() {
    pool_.Drain();
    EXPECT_EQ(policy_.memory->used(), 0U);
    // What was made before anybody could know may go beyond, by half at most.
    EXPECT_LE(most_, policy_.limits.host_bytes * 3 / 2);
  }

  Policy policy_;
  std::atomic<size_t> most_{0};
  std::atomic<int> reserved_{0};
  std::shared_ptr<support::StopSignal> signal_ = std::make_shared<support::StopSignal>();
  WorkerPool pool_{8};
};

TEST_F(HostMemoryTest, ManyAnswersComeInTurns) {
  // In all many times the budget, each call alone far below it.
  const std::map<const char*, size_t> sizes = {{"make", 120'000},
                                               {"make_later", 120'000},
                                               {"make_now", 400'000},
                                               {"make_declared", 400'000},
                                               {"make_reserved", 400'000}};
  for (const auto& [name, size] : sizes) {
    const auto calls = Make();
    const auto answers = All(*calls, Requests(400, name, {{"n", size}}));
    ASSERT_EQ(answers.size(), 400U);
    for (const auto& [id, answer] : answers) {
      EXPECT_EQ(answer[0], true) << name << answer[1];
      if (answer[0] == true) {
        EXPECT_EQ(answer[1].get_ref<const std::string&>().size(), size);
      }
    }
  }
  ExpectNothingHeld();
}

TEST_F(HostMemoryTest, ResultsThatAreAskedForWaitUntilThereIsRoom) {
  const auto calls = Make();
  // Each nearly half of the budget: two fit at a time, and what is asked for decides, not what is guessed.
  const auto answers = All(*calls, Requests(20, "make_reserved", {{"n", 3 * kMiB}}));
  ASSERT_EQ(answers.size(), 20U);
  for (const auto& [id, answer] : answers) EXPECT_EQ(answer[0], true) << answer[1];
  EXPECT_EQ(reserved_, 20);
}

TEST_F(HostMemoryTest, WhatNeverFitsIsAnErrorThatNamesTheLimit) {
  for (const char* name : {"make", "make_now", "make_declared", "make_reserved", "make_later"}) {
    const auto calls = Make();
    const json args = {{"n", 9 * kMiB}};
    const Reply direct = Call(*calls, name, args);
    EXPECT_FALSE(direct.ok) << name;
    EXPECT_EQ(direct.value[0], "HostError");
    EXPECT_THAT(direct.value[1].get<std::string>(), HasSubstr("does not fit into what is left of the 8 MiB (WithX)"));
    const auto answers = All(*calls, Requests(3, name, args));
    ASSERT_EQ(answers.size(), 3U) << name;
    for (const auto& [id, answer] : answers) {
      EXPECT_EQ(answer[0], false) << name;
      EXPECT_THAT(answer[1][1].get<std::string>(), HasSubstr("WithX"));
    }
    // What fits still does.
    EXPECT_TRUE(Call(*calls, name, {{"n", 5 * kMiB}}).ok) << name;
  }
  ExpectNothingHeld();
}

TEST_F(HostMemoryTest, ArgumentsThatDoNotFitAreRefused) {
  const auto calls = Make();
  json requests = Requests(30, "size", {{"text", std::string(kMiB, 'x')}});
  const auto answers = All(*calls, std::move(requests));
  ASSERT_EQ(answers.size(), 30U);
  const auto good = std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a.second[0] == true; });
  EXPECT_GE(good, 5);
  EXPECT_LE(good, 8);
  for (const auto& [id, answer] : answers) {
    if (answer[0] == false) {
      EXPECT_THAT(answer[1][1].get<std::string>(), HasSubstr("WithX"));
    }
  }
  ExpectNothingHeld();
}

TEST_F(HostMemoryTest, AnswersThatNobodyFetchesCount) {
  const auto calls = Make();
  // Never waits for an answer, and never takes more than one message of them.
  policy_.limits.message_bytes = kMiB;
  uint64_t id = 0;
  size_t fetched = 0;
  for (int round = 0; round < 200; ++round) {
    json requests = json::array();
    for (int i = 0; i < 20; ++i) requests.push_back({++id, round % 2 == 0 ? "make_now" : "unknown", {{"n", 300'000}}});
    Reply reply;
    ASSERT_EQ(calls->Handle('b', {std::move(requests), json::array(), 0}, reply), After::kContinue);
    fetched += reply.value.size();
    Watch();
  }
  EXPECT_GT(fetched, 200U);
  EXPECT_LE(most_, policy_.limits.host_bytes * 3 / 2);
}

TEST_F(HostMemoryTest, ManyTinyCallsCount) {
  policy_.limits.host_calls_in_flight = 1;
  auto calls = Make();
  Reply reply;
  Door door;
  auto registry = std::make_shared<Registry>(*policy_.registry);
  registry->Add("wait", [&door](const CallContext&, const json&) {
    door.Wait();
    return json();
  });
  calls.reset();
  policy_.registry = registry;
  calls = Make();
  ASSERT_EQ(calls->Handle('b', {Requests(1, "wait", json::object()), json::array(), 0}, reply), After::kContinue);
  ASSERT_EQ(calls->Handle('b', {Requests(10'000, "size", json::object()), json::array(), 0}, reply), After::kContinue);
  EXPECT_GE(policy_.memory->used(), 10'000U * kPlace);
  calls.reset();
  door.Open();
  ExpectNothingHeld();
}

TEST_F(HostMemoryTest, SmallCallsWorkWhileAnswersHoldAllOfIt) {
  policy_.limits.message_bytes = 2 * kMiB;
  const auto calls = Make();
  Reply reply;
  ASSERT_EQ(calls->Handle('b', {Requests(100, "make_now", {{"n", 400'000}}), json::array(), 0}, reply),
            After::kContinue);
  // The rest of the answers waits.
  EXPECT_GE(policy_.memory->used(), 4 * kMiB);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Call(*calls, "make_now", {{"n", 10'000}}).ok);
}

TEST_F(HostMemoryTest, OthersMayHoldWhatTheExecutorHas) {
  const auto all = std::make_shared<support::ByteBudget>(2 * kMiB, "all (WithAll)");
  policy_.memory = std::make_shared<support::ByteBudget>(policy_.limits.host_bytes, "mine (WithMine)", all);
  ASSERT_TRUE(all->Take(2 * kMiB));
  const auto calls = Make();
  for (const char* name : {"make", "make_now", "make_later"}) {
    EXPECT_TRUE(Call(*calls, name, {{"n", 1'000}}).ok);
    const auto small = All(*calls, Requests(5, name, {{"n", 1'000}}));
    ASSERT_EQ(small.size(), 5U);
    for (const auto& [id, answer] : small) EXPECT_EQ(answer[0], true) << answer[1];
    const Reply large = Call(*calls, name, {{"n", kMiB * 3 / 2}});
    EXPECT_FALSE(large.ok);
    EXPECT_THAT(large.value[1].get<std::string>(), HasSubstr("WithAll"));
  }
  all->Give(2 * kMiB);
}

}  // namespace
}  // namespace goru::host
