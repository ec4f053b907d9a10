// Host functions that answer later: whatever event loop the program has, no thread waits for it. And what they say
// about themselves.
#include <chrono>
#include <condition_variable>
#include <goru/goru.hpp>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace {

/// Stands for the program's own event loop: one thread that answers many calls when their time has come.
class Timers {
 public:
  using Clock = std::chrono::steady_clock;

  void At(Clock::time_point when, goru::Completion completion, nlohmann::json value) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(when, std::pair(std::move(completion), std::move(value)));
    changed_.notify_one();
  }

 private:
  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (waiting_.empty()) {
        changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      } else if (const auto first = waiting_.begin(); first->first <= Clock::now()) {
        first->second.first.Return(std::move(first->second.second));
        waiting_.erase(first);
      } else {
        const auto until = first->first;
        changed_.wait_until(lock, stop, until, [&] { return waiting_.begin()->first < until; });
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Clock::time_point, std::pair<goru::Completion, nlohmann::json>> waiting_;
  // Last: it ends before what it uses.
  std::jthread thread_{[this](const std::stop_token& stop) { Run(stop); }};
};

}  // namespace

int main() {
  Timers timers;
  goru::Registry functions;
  functions.Add("quote",
                {.async =
                     [&timers](const goru::CallContext&, const nlohmann::json& args, const goru::Completion& done) {
                       if (args.at("symbol") == "NONE") throw goru::CallError("ValueError", "no such symbol");
                       timers.At(Timers::Clock::now() + std::chrono::milliseconds(100), done,
                                 {{"symbol", args.at("symbol")}, {"price", 42 * args.at("count").get<int>()}});
                     },
                 .description = "The price of so many shares.",
                 .parameters = {{
                     {.name = "symbol", .type = goru::ParameterType::kString},
                     {.name = "count", .type = goru::ParameterType::kInteger, .default_value = 1},
                 }}});
  auto executor = goru::Executor::Create({goru::WithRegistry(functions)});
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  const goru::Result result = executor->Run(goru::Python(), R"(
import asyncio
async def main():
    quotes = await asyncio.gather(*(async_call("quote", symbol=f"S{n}", count=n) for n in range(60)))
    print(quotes[0]["price"], "to", quotes[-1]["price"])
asyncio.run(main())
for arguments in {"symbol": 1}, {"count": 1}, {"symbol": "NONE"}:
    try:
        call("quote", **arguments)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
)");
  std::cout << result.output;
  std::cout << goru::InputSchema(*functions.Find("quote")->parameters).dump() << '\n';
  return 0;
}
