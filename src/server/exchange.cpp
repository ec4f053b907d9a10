#include "server/exchange.hpp"

namespace goru::server {

void Exchange::Wake(std::unique_lock<std::mutex>& lock) {
  const std::function<void()> wake = wake_;
  lock.unlock();
  if (wake) wake();
}

void Exchange::Answer(Response response) {
  std::unique_lock lock(mutex_);
  if (answered_) return;
  answered_ = true;
  ended_ = true;
  head_ = std::move(response);
  Wake(lock);
}

void Exchange::Begin(Response head) {
  std::unique_lock lock(mutex_);
  if (answered_) return;
  answered_ = true;
  streamed_ = true;
  head_ = std::move(head);
  Wake(lock);
}

void Exchange::Send(const std::string& piece) {
  std::unique_lock lock(mutex_);
  if (ended_ || gone_.stop_requested()) return;
  pending_ += piece;
  Wake(lock);
}

void Exchange::End() {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  Wake(lock);
}

void Exchange::NoteRun(std::string_view status) {
  const std::lock_guard lock(mutex_);
  run_status_ = status;
}

void Exchange::Attach(std::function<void()> wake) {
  std::unique_lock lock(mutex_);
  wake_ = std::move(wake);
  if (head_) Wake(lock);
}

void Exchange::Detach() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
}

Exchange::Written Exchange::Take() {
  const std::lock_guard lock(mutex_);
  Written written;
  written.head.swap(head_);
  written.streamed = streamed_;
  written.piece.swap(pending_);
  written.ended = ended_;
  return written;
}

std::string Exchange::run_status() const {
  const std::lock_guard lock(mutex_);
  return run_status_;
}

}  // namespace goru::server
