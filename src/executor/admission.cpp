#include "executor/admission.hpp"

#include <algorithm>

#include "config/units.hpp"

namespace goru::internal {

Admission::Admission(const Bounds& bounds) : bounds_{std::max<size_t>(bounds.runs, 1), bounds.queued, bounds.wait} {}

Admission::Answer Admission::Enter(Waiter& run, const Group& group, bool own_turn) {
  Waiter* gave_way = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Answer::kClosed;
    if (own_turn) {
      run.has_ = Waiter::Has::kOwnTurn;
      ++beside_;
      ++inside_;
      return Answer::kAdmitted;
    }
    // While a turn is free nobody waits.
    if (running_ < bounds_.runs) {
      run.has_ = Waiter::Has::kTurn;
      ++running_;
      ++inside_;
      return Answer::kAdmitted;
    }
    Key key = group.tenant.empty() ? Key({}, group.session) : Key(group.tenant, 0);
    if (waiting_ >= bounds_.queued) {
      gave_way = WhoGivesWay(key);
      if (gave_way == nullptr) return Answer::kFull;
    }
    Queue(run, std::move(key));
    ++inside_;
    if (gave_way != nullptr) Remove(*gave_way);
  }
  if (gave_way != nullptr) gave_way->Answered(Answer::kGaveWay);
  return Answer::kQueued;
}

Admission::Waiter* Admission::WhoGivesWay(const Key& key) noexcept {
  const auto line = lines_.find(key);
  const size_t groups = lines_.size() + (line == lines_.end() ? 1 : 0);
  const size_t has = line == lines_.end() ? 0 : line->second->waiters.size();
  // With less than its share in a queue that is full, somebody else has more than theirs.
  if (has >= bounds_.queued / groups) return nullptr;
  const auto most = std::max_element(turns_.begin(), turns_.end(),
                                     [](const Line& a, const Line& b) { return a.waiters.size() < b.waiters.size(); });
  return most->waiters.back();
}

void Admission::Queue(Waiter& run, Key key) {
  auto found = lines_.find(key);
  if (found == lines_.end()) {
    // Made beside, so that nothing is left half done where memory is short.
    Lines made;
    made.push_back({key, {&run}});
    found = lines_.emplace(std::move(key), made.begin()).first;
    turns_.splice(turns_.end(), made);
  } else {
    found->second->waiters.push_back(&run);
  }
  run.line_ = found->second;
  run.place_ = std::prev(run.line_->waiters.end());
  run.queued_at_ = Clock::now();
  run.waits_ = true;
  ++waiting_;
}

void Admission::Remove(Waiter& run) noexcept {
  run.waits_ = false;
  --waiting_;
  run.line_->waiters.erase(run.place_);
  if (!run.line_->waiters.empty()) return;
  lines_.erase(run.line_->key);
  turns_.erase(run.line_);
}

Admission::Waiter* Admission::TakeTurn() noexcept {
  if (turns_.empty() || closed_) return nullptr;
  Waiter* next = turns_.front().waiters.front();
  // Behind the others; it may go in the next step.
  turns_.splice(turns_.end(), turns_, turns_.begin());
  Remove(*next);
  next->has_ = Waiter::Has::kTurn;
  return next;
}

bool Admission::Withdraw(Waiter& run) noexcept {
  const std::lock_guard lock(mutex_);
  if (!run.waits_) return false;
  Remove(run);
  return true;
}

void Admission::Leave(Waiter& run) noexcept {
  Waiter* next = nullptr;
  {
    const std::lock_guard lock(mutex_);
    switch (std::exchange(run.has_, Waiter::Has::kNothing)) {
      case Waiter::Has::kNothing:
        break;
      case Waiter::Has::kOwnTurn:
        --beside_;
        break;
      case Waiter::Has::kTurn:
        next = TakeTurn();
        if (next == nullptr) --running_;
        break;
    }
    if (--inside_ == 0) empty_.notify_all();
  }
  if (next != nullptr) next->Answered(Answer::kAdmitted);
}

void Admission::Close() noexcept {
  for (;;) {
    Waiter* waiter = nullptr;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      if (turns_.empty()) return;
      waiter = turns_.front().waiters.front();
      Remove(*waiter);
    }
    waiter->Answered(Answer::kClosed);
  }
}

void Admission::WaitUntilEmpty() noexcept {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [this] { return inside_ == 0; });
}

std::string Admission::Why(Answer answer) const {
  const std::string runs = std::to_string(bounds_.runs) + (bounds_.runs == 1 ? " run is" : " runs are") + " under way";
  switch (answer) {
    case Answer::kFull:
      if (bounds_.queued == 0) return runs + ", and no more may be at once (WithMaxRuns, WithRunQueue)";
      return runs + " and " + std::to_string(bounds_.queued) + " wait, and no more may (WithMaxRuns, WithRunQueue)";
    case Answer::kGaveWay:
      return "the run waited and gave way to another tenant's or session's, of which fewer wait: the queue of " +
             std::to_string(bounds_.queued) + " is full (WithRunQueue, WithMaxRuns)";
    case Answer::kWaitedTooLong:
      return "the run waited " + config::TimeText(bounds_.wait) + " for its turn: " + runs +
             " (WithRunQueue, WithMaxRuns)";
    default:
      return {};
  }
}

Admission::Counts Admission::counts() const noexcept {
  const std::lock_guard lock(mutex_);
  return {running_ + beside_, waiting_};
}

void BlockedRun::Answered(Admission::Answer answer) noexcept {
  // Notified under the lock: who waits destroys this as soon as it has the answer.
  const std::lock_guard lock(mutex_);
  answer_ = answer;
  changed_.notify_one();
}

Admission::Answer BlockedRun::Wait() noexcept {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answer_ != Admission::Answer::kQueued; });
  return answer_;
}

}  // namespace goru::internal
