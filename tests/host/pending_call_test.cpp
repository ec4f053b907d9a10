#include "host/pending_call.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace goru::host {
namespace {

using guest::Reply;
using nlohmann::json;

/// Keeps the answers of a call.
struct Answers {
  std::vector<Reply> replies;

  std::shared_ptr<internal::PendingCall> Call() {
    return MakeCall([this](Reply reply) { replies.push_back(std::move(reply)); });
  }
  json Only() const {
    return replies.size() == 1 ? replies[0].value : json("there are " + std::to_string(replies.size()));
  }
};

TEST(Completion, TheFirstAnswerCounts) {
  Answers answers;
  {
    const Completion completion(answers.Call());
    const Completion copy = completion;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_TRUE(completion.Return({{"a", 1}}));
    EXPECT_FALSE(copy.Return(2));
    EXPECT_FALSE(completion.Fail("late"));
    EXPECT_FALSE(completion.Fail(CallError("ValueError", "late")));
  }
  EXPECT_EQ(answers.Only(), json({{"a", 1}}));
  EXPECT_TRUE(answers.replies[0].ok);
}

TEST(Completion, ErrorsHaveATypeAndDetails) {
  const std::vector<std::pair<CallError, const char*>> errors = {
      {CallError("ValueError", "no"), R"(["ValueError", "no"])"},
      {CallError("OSError", "full", "ENOSPC"), R"(["OSError", "full", {"code": "ENOSPC"}])"},
      {CallError("FileNotFoundError", "none", "ENOENT", "/x"),
       R"(["FileNotFoundError", "none", {"code": "ENOENT", "path": "/x"}])"},
  };
  for (const auto& [error, expected] : errors) {
    Answers answers;
    EXPECT_TRUE(Completion(answers.Call()).Fail(error));
    EXPECT_EQ(answers.Only(), json::parse(expected));
    EXPECT_FALSE(answers.replies[0].ok);
  }
  Answers plain;
  EXPECT_TRUE(Completion(plain.Call()).Fail("just so"));
  EXPECT_EQ(plain.Only(), json::parse(R"(["HostError", "just so"])"));
}

TEST(Completion, DroppedWithoutAnAnswerIsAnError) {
  Answers answers;
  {
    std::optional<Completion> completion(answers.Call());
    std::optional<Completion> copy = completion;
    completion.reset();
    EXPECT_TRUE(answers.replies.empty());
  }
  EXPECT_EQ(answers.Only(), json::parse(R"(["HostError", "the host function ended without an answer"])"));
}

TEST(Completion, ManyThreadsAnswerOnce) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> delivered{0};
    std::atomic<int> counted{0};
    {
      const Completion completion(MakeCall([&](const Reply&) { ++delivered; }));
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&counted, completion, i] { counted += completion.Return(i) ? 1 : 0; });
      }
    }
    EXPECT_EQ(delivered, 1);
    EXPECT_EQ(counted, 1);
  }
}

TEST(StartFunction, ExceptionsAreAnswers) {
  Registry::Entry entry;
  Answers answers;
  entry.async = [](const CallContext&, const json&, const Completion&) { throw CallError("TypeError", "wrong"); };
  StartFunction(entry, {}, {}, answers.Call());
  entry.async = [](const CallContext&, const json&, const Completion&) { throw std::runtime_error("odd"); };
  StartFunction(entry, {}, {}, answers.Call());
  entry.async = [](const CallContext&, const json&, const Completion&) { throw 1; };  // NOLINT
  StartFunction(entry, {}, {}, answers.Call());
  entry.async = [](const CallContext&, const json& args, const Completion& completion) {
    completion.Return(args);
    throw std::runtime_error("too late");
  };
  StartFunction(entry, {}, {{"a", 1}}, answers.Call());
  entry.async = [](const CallContext&, const json&, const Completion&) {};
  StartFunction(entry, {}, {}, answers.Call());
  ASSERT_EQ(answers.replies.size(), 5U);
  EXPECT_EQ(answers.replies[0].value, json::parse(R"(["TypeError", "wrong"])"));
  EXPECT_EQ(answers.replies[1].value, json::parse(R"(["HostError", "odd"])"));
  EXPECT_EQ(answers.replies[2].value, json::parse(R"(["HostError", "the host function failed"])"));
  EXPECT_EQ(answers.replies[3].value, json({{"a", 1}}));
  EXPECT_FALSE(answers.replies[4].ok);
}

TEST(CallError, CopiesWithoutThrowing) {
  const CallError error("OSError", "full", "ENOSPC", "/x");
  static_assert(std::is_nothrow_copy_constructible_v<CallError>);
  const CallError copy = error;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.type() + copy.code() + copy.path() + copy.what(), "OSErrorENOSPC/xfull");
}

}  // namespace
}  // namespace goru::host
