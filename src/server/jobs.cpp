#include "server/jobs.hpp"

#include <utility>

#include "service/random_handle.hpp"

namespace goru::server {

std::optional<std::string> Jobs::Add(const std::string& owner, std::stop_source stop) {
  std::string id = service::RandomHandle();
  const std::lock_guard lock(mutex_);
  ForgetOld(Clock::now());
  if (jobs_.size() >= most_ && !over_.empty()) {
    jobs_.erase(over_.front());
    over_.pop_front();
  }
  if (jobs_.size() >= most_) return std::nullopt;
  Job& job = jobs_[id];
  job.owner = owner;
  job.stop = std::move(stop);
  return id;
}

void Jobs::End(const std::string& id, std::string result) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto at = jobs_.find(id);
    if (at == jobs_.end()) return;
    at->second.done = true;
    at->second.result = std::move(result);
    at->second.ended = Clock::now();
    waiting.swap(at->second.waiting);
    over_.push_back(id);
  }
  for (const auto& then : waiting) then();
}

void Jobs::Drop(const std::string& id) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(id);
}

std::optional<JobState> Jobs::Find(std::string_view owner, std::string_view id) {
  const std::lock_guard lock(mutex_);
  ForgetOld(Clock::now());
  const Job* job = FindJob(owner, id);
  if (job == nullptr) return std::nullopt;
  return JobState{std::string(id), job->done, job->result};
}

std::vector<JobState> Jobs::List(std::string_view owner) {
  std::vector<JobState> list;
  const std::lock_guard lock(mutex_);
  ForgetOld(Clock::now());
  for (const auto& [id, job] : jobs_) {
    if (job.owner == owner) list.push_back({id, job.done, ""});
  }
  return list;
}

void Jobs::WhenDone(std::string_view owner, std::string_view id, std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    Job* job = FindJob(owner, id);
    if (job != nullptr && !job->done) {
      job->waiting.push_back(std::move(then));
      return;
    }
  }
  then();
}

bool Jobs::Cancel(std::string_view owner, std::string_view id) {
  std::stop_source stop;
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Job* job = FindJob(owner, id);
    if (job == nullptr) return false;
    stop = job->stop;
    waiting.swap(job->waiting);
    std::erase(over_, std::string(id));
    jobs_.erase(std::string(id));
  }
  stop.request_stop();
  for (const auto& then : waiting) then();
  return true;
}

size_t Jobs::running() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() - over_.size();
}

Jobs::Job* Jobs::FindJob(std::string_view owner, std::string_view id) {
  const auto at = jobs_.find(std::string(id));
  return at == jobs_.end() || at->second.owner != owner ? nullptr : &at->second;
}

void Jobs::ForgetOld(Clock::time_point now) {
  while (!over_.empty()) {
    const auto at = jobs_.find(over_.front());
    if (at != jobs_.end() && now - at->second.ended < life_) return;
    if (at != jobs_.end()) jobs_.erase(at);
    over_.pop_front();
  }
}

}  // namespace goru::server
