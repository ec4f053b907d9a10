#include "server/jobs.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace goru::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Jobs, AreTheirOwnersAlone) {
  Jobs jobs(10, hours(1));
  const auto id = jobs.Add("ann", {});
  ASSERT_TRUE(id);
  EXPECT_FALSE(jobs.Find("bob", *id));
  EXPECT_FALSE(jobs.Cancel("bob", *id));
  EXPECT_TRUE(jobs.List("bob").empty());
  ASSERT_TRUE(jobs.Find("ann", *id));
  EXPECT_FALSE(jobs.Find("ann", *id)->done);
  jobs.End(*id, "{}");
  EXPECT_TRUE(jobs.Find("ann", *id)->done);
  EXPECT_EQ(jobs.Find("ann", *id)->result, "{}");
  EXPECT_EQ(jobs.running(), 0U);
}

TEST(Jobs, WhoeverWaitsHearsOfTheEndOnce) {
  Jobs jobs(10, hours(1));
  const auto id = jobs.Add("ann", {});
  int heard = 0;
  jobs.WhenDone("ann", *id, [&heard] { ++heard; });
  EXPECT_EQ(heard, 0);
  jobs.End(*id, "1");
  EXPECT_EQ(heard, 1);
  jobs.WhenDone("ann", *id, [&heard] { ++heard; });
  jobs.WhenDone("ann", "none", [&heard] { ++heard; });
  EXPECT_EQ(heard, 3);
}

TEST(Jobs, CancellingEndsTheRunAndTheWait) {
  Jobs jobs(10, hours(1));
  const std::stop_source stop;
  const auto id = jobs.Add("ann", stop);
  int heard = 0;
  jobs.WhenDone("ann", *id, [&heard] { ++heard; });
  EXPECT_TRUE(jobs.Cancel("ann", *id));
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_EQ(heard, 1);
  EXPECT_FALSE(jobs.Cancel("ann", *id));
  jobs.End(*id, "late");
  EXPECT_FALSE(jobs.Find("ann", *id));
}

TEST(Jobs, ThereAreSoManyAndOldOnesGo) {
  Jobs jobs(2, hours(1));
  const auto first = jobs.Add("ann", {});
  const auto second = jobs.Add("ann", {});
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(jobs.Add("ann", {}));
  jobs.End(*first, "1");
  ASSERT_TRUE(jobs.Add("ann", {}));
  EXPECT_FALSE(jobs.Find("ann", *first));
  EXPECT_TRUE(jobs.Find("ann", *second));

  Jobs brief(2, milliseconds(1));
  const auto id = brief.Add("ann", {});
  brief.End(*id, "1");
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_FALSE(brief.Find("ann", *id));
}

}  // namespace
}  // namespace goru::server
