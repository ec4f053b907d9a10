#include "server/exchange.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace goru::server {
namespace {

Response Of(unsigned status) {
  Response response;
  response.status = status;
  return response;
}

TEST(Exchange, OnlyTheFirstAnswerCounts) {
  Exchange exchange({});
  exchange.Answer(Of(200));
  exchange.Answer(Of(500));
  exchange.Begin(Of(500));
  int woken = 0;
  exchange.Attach([&woken] { ++woken; });
  EXPECT_EQ(woken, 1);
  const Exchange::Written written = exchange.Take();
  ASSERT_TRUE(written.head);
  EXPECT_EQ(written.head->status, 200U);
  EXPECT_TRUE(written.ended);
  EXPECT_FALSE(written.streamed);
}

TEST(Exchange, AStreamComesInPiecesUntilItsEnd) {
  Exchange exchange({});
  int woken = 0;
  exchange.Attach([&woken] { ++woken; });
  exchange.Begin(Of(200));
  exchange.Send("a");
  exchange.Send("b");
  EXPECT_EQ(woken, 3);
  Exchange::Written written = exchange.Take();
  EXPECT_TRUE(written.head && written.streamed);
  EXPECT_EQ(written.piece, "ab");
  EXPECT_FALSE(written.ended);
  exchange.Send("c");
  exchange.End();
  exchange.Send("d");
  written = exchange.Take();
  EXPECT_FALSE(written.head);
  EXPECT_EQ(written.piece, "c");
  EXPECT_TRUE(written.ended);
}

TEST(Exchange, NothingIsHeldForAClientThatIsGone) {
  Exchange exchange({});
  exchange.Begin(Of(200));
  EXPECT_FALSE(exchange.gone().stop_requested());
  exchange.Gone();
  EXPECT_TRUE(exchange.gone().stop_requested());
  exchange.Send(std::string(1000, 'x'));
  EXPECT_TRUE(exchange.Take().piece.empty());
}

TEST(Exchange, PiecesOfManyThreadsAllArrive) {
  Exchange exchange({});
  std::atomic<int> woken{0};
  exchange.Attach([&woken] { ++woken; });
  exchange.Begin(Of(200));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&exchange] {
      for (int j = 0; j < 1000; ++j) exchange.Send("x");
    });
  }
  size_t got = 0;
  while (got < 4000) got += exchange.Take().piece.size();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, 4000U);
  EXPECT_EQ(woken, 4001);
  exchange.Detach();
  exchange.End();
  EXPECT_EQ(woken, 4001);
}

}  // namespace
}  // namespace goru::server
