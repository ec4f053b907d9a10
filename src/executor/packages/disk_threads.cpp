#include "executor/packages/disk_threads.hpp"

#include <utility>

#include "executor/executor_core.hpp"

namespace goru::internal {
namespace {

class PoolThreads final : public wasi::DiskThreads {
 public:
  explicit PoolThreads(const std::shared_ptr<ExecutorCore>& executor) : executor_(executor) {}

  std::function<void()> Start(std::function<void(bool run)> task) override {
    const auto executor = executor_.lock();
    if (executor == nullptr) {
      task(false);
      return [] {};
    }
    // A lane for each wait: one that is left behind, with its thread, is no other's.
    auto lane = executor->workers().NewLane(1);
    executor->workers().Submit(lane, std::move(task));
    return [executor, lane = std::move(lane)] { executor->workers().Leave(lane); };
  }

 private:
  /// Sessions keep their executor while they run.
  const std::weak_ptr<ExecutorCore> executor_;
};

}  // namespace

std::shared_ptr<wasi::DiskThreads> MakeDiskThreads(const std::shared_ptr<ExecutorCore>& executor) {
  return std::make_shared<PoolThreads>(executor);
}

}  // namespace goru::internal
