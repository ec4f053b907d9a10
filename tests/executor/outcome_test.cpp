#include "executor/outcome.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace goru::internal {
namespace {

using nlohmann::json;

constexpr Seen kAll{.memory_refused = true, .call_refused = true, .interrupt_requested = true};

Result Read(const json& outcome, const Seen& seen = {}) {
  Result result;
  result.exit_code = 1;
  ReadOutcome(outcome, seen, result);
  return result;
}

ErrorKind KindOf(const char* claimed, const Seen& seen) {
  const Result result = Read({{"error", {{"kind", claimed}, {"type", "T"}, {"message", "m"}}}}, seen);
  return result.error ? result.error->kind : ErrorKind::kInternal;
}

TEST(Outcome, KindsNeedTheHostToAgree) {
  struct Case {
    const char* claimed;
    Seen seen;
    ErrorKind kind;
  };
  for (const Case& c : {Case{"memory", {.memory_refused = true}, ErrorKind::kMemoryLimit},
                        Case{"call_limit", {.call_refused = true}, ErrorKind::kHostCallLimit},
                        Case{"interrupted", {.interrupt_requested = true}, ErrorKind::kCancelled}}) {
    EXPECT_EQ(KindOf(c.claimed, c.seen), c.kind) << c.claimed;
    EXPECT_EQ(KindOf(c.claimed, kAll), c.kind) << c.claimed;
    Seen all_others = kAll;
    if (c.seen.memory_refused) all_others.memory_refused = false;
    if (c.seen.call_refused) all_others.call_refused = false;
    if (c.seen.interrupt_requested) all_others.interrupt_requested = false;
    EXPECT_EQ(KindOf(c.claimed, all_others), ErrorKind::kGuestException) << c.claimed;
  }
  // What the host alone decides, and what nobody knows.
  for (const char* claimed : {"exception", "timeout", "output_limit", "trap", "kernel panic", ""}) {
    EXPECT_EQ(KindOf(claimed, kAll), ErrorKind::kGuestException) << claimed;
  }
}

TEST(Outcome, NamesOfErrorsSayNothing) {
  for (const char* type : {"MemoryError", "InternalError", "Interrupted", "HostCallLimitError"}) {
    const Result result = Read({{"error", {{"type", type}, {"message", "out of memory"}, {"traceback", "t"}}}}, kAll);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::kGuestException);
    EXPECT_EQ(result.error->type, type);
    EXPECT_EQ(result.error->traceback, "t");
    EXPECT_EQ(result.exit_code, 1);
  }
}

TEST(Outcome, AnyJsonIsSomeEnd) {
  for (const char* error : {R"({})", R"([])", R"(5)", R"(null)", R"("memory")", R"({"kind":["memory"]})",
                            R"({"kind":{"memory":true},"type":[],"message":{},"traceback":7})"}) {
    const Result result = Read({{"error", json::parse(error)}}, kAll);
    ASSERT_TRUE(result.error) << error;
    EXPECT_EQ(result.error->kind, ErrorKind::kGuestException) << error;
  }
  for (const char* ok : {"null", "[]", "7", R"("x")", "{}", R"({"value":5,"repr":[]})"}) {
    const Result result = Read(json::parse(ok), kAll);
    EXPECT_FALSE(result.error) << ok;
    EXPECT_FALSE(result.value || result.value_repr) << ok;
    EXPECT_EQ(result.exit_code, 0);
  }
  EXPECT_EQ(Read({{"exit", 7}}).exit_code, 7);
  EXPECT_EQ(Read({{"exit", -1}, {"error", {}}}).exit_code, 255);
  EXPECT_EQ(Read({{"exit", "x"}}).error->kind, ErrorKind::kExited);
}

}  // namespace
}  // namespace goru::internal
