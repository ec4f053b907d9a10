// A service under load: two customers hand over more than it can do at once, nobody's thread waits, and both get their
// turns. What does not fit is an error at once.
#include <condition_variable>
#include <goru/goru.hpp>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

/// Collects answers, as a server's responses would.
class Answers {
 public:
  void Add(const std::string& whose, const goru::Result& result) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(whose + ": " + (result.ok() ? result.stdout_text : std::string(result.status()) + "\n"));
    changed_.notify_one();
  }
  std::vector<std::string> Wait(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() == count; });
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace

int main() {
  // One run at a time, so that the order can be seen; as many as there are cores would be usual.
  constexpr size_t kQueue = 7;
  auto executor = goru::Executor::Create({goru::WithMaxRuns(1), goru::WithRunQueue(kQueue, std::chrono::seconds(20)),
                                          goru::WithMaxSessions(100), goru::WithTotalMemory(size_t{4} << 30)});
  if (!executor) {
    std::cerr << executor.error().message << '\n';
    return 1;
  }
  Answers answers;
  size_t accepted = 0;
  const auto submit = [&](const std::string& customer, const std::string& code) {
    auto made = executor->NewSession(goru::Python(), {goru::WithSessionTenant(customer)});
    if (!made) {
      std::cout << customer << ": " << made.error().message << '\n';
      return;
    }
    // The callback keeps the session until its result has come.
    const auto session = std::make_shared<goru::Session>(std::move(*made));
    const auto begun = session->RunAsync(
        code, {}, [&answers, session, customer](const goru::Result& result) { answers.Add(customer, result); });
    if (begun) {
      ++accepted;
    } else {
      std::cout << customer << ": " << begun.error().message << '\n';
    }
  };
  // The first runs, and holds the others up until all are there.
  submit("busy", "import time; time.sleep(1); print(0)");
  for (int i = 1; i <= 6; ++i) submit("busy", "print(" + std::to_string(i) + ")");
  for (int i = 1; i <= 2; ++i) submit("calm", "print(" + std::to_string(i) + ")");

  const goru::ExecutorStats stats = executor->Stats();
  std::cout << stats.runs << " runs, " << stats.waiting_runs << " wait\n";
  for (const std::string& line : answers.Wait(accepted)) std::cout << line;
  return 0;
}
