#include "service/session_store.hpp"

#include <algorithm>
#include <utility>

#include "service/random_handle.hpp"

namespace goru::service {
namespace {

/// How many handles of former sessions are remembered.
constexpr size_t kPast = 10'000;

}  // namespace

std::string_view GoneText(Gone why) noexcept {
  switch (why) {
    case Gone::kUnknown:
      return "there is no session of this id; open a new one";
    case Gone::kIdle:
      return "the session has expired because nobody used it; open a new one";
    case Gone::kLife:
      return "the session has reached the end of its life; open a new one";
    case Gone::kEnded:
      return "the session was ended; open a new one";
    case Gone::kDied:
      return "a run has ended the session (its error said why); open a new one";
  }
  return "";
}

HeldSession::HeldSession(std::string its_handle, std::string its_owner, Session its_session, const Limits& limits)
    : handle(std::move(its_handle)),
      owner(std::move(its_owner)),
      memory_limit(limits.memory_bytes),
      timeout(limits.timeout),
      opened(std::chrono::system_clock::now()),
      session(std::move(its_session)),
      opened_steady_(std::chrono::steady_clock::now()),
      last_used_(opened_steady_) {}

SessionUse::SessionUse(SessionStore* store, std::shared_ptr<HeldSession> session) noexcept
    : store_(store), session_(std::move(session)) {}

SessionUse::SessionUse(SessionUse&& other) noexcept
    : store_(std::exchange(other.store_, nullptr)), session_(std::move(other.session_)) {}

SessionUse& SessionUse::operator=(SessionUse&& other) noexcept {
  std::swap(store_, other.store_);
  std::swap(session_, other.session_);
  return *this;
}

SessionUse::~SessionUse() {
  if (session_) store_->Unuse(*session_);
}

SessionStore::SessionStore(Executor& executor, const StoreLimits& limits)
    : executor_(executor), limits_(limits), expirer_([this] { ExpireForever(); }) {}

SessionStore::~SessionStore() {
  std::vector<std::shared_ptr<HeldSession>> open;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [handle, session] : sessions_) open.push_back(session);
  }
  wake_.notify_all();
  expirer_.join();
  for (const auto& session : open) session->session.Close();
}

Expected<SessionUse> SessionStore::Open(std::string_view owner, const Language& language, const SessionConfig& config,
                                        size_t per_owner) {
  const std::string name(owner);
  const size_t most = per_owner == SIZE_MAX ? limits_.per_owner : per_owner;
  {
    const std::lock_guard lock(mutex_);
    if (of_owner_[name] >= most) {
      return Error{ErrorKind::kOverloaded, "as many sessions are open as one client may have (" + std::to_string(most) +
                                               ", --max-sessions-per-client); end one first"};
    }
    ++of_owner_[name];
  }
  const auto give_back = [&] {
    const std::lock_guard lock(mutex_);
    if (--of_owner_[name] == 0) of_owner_.erase(name);
  };
  try {
    auto session = executor_.NewSession(language, {WithSessionConfig(config)});
    if (!session) {
      give_back();
      return session.error();
    }
    auto held = std::make_shared<HeldSession>(RandomHandle(), name, std::move(*session), config.limits);
    const std::lock_guard lock(mutex_);
    held->uses_ = 1;
    sessions_.emplace(held->handle, held);
    wake_.notify_all();
    return SessionUse(this, std::move(held));
  } catch (...) {
    give_back();
    throw;
  }
}

FoundSession SessionStore::Find(std::string_view owner, std::string_view handle) {
  const std::lock_guard lock(mutex_);
  FoundSession found;
  const std::string name(handle);
  if (const auto at = sessions_.find(name); at != sessions_.end() && at->second->owner == owner) {
    ++at->second->uses_;
    found.use = SessionUse(this, at->second);
  } else if (const auto past = past_.find(name); past != past_.end() && past->second.owner == owner) {
    found.gone = past->second.why;
  }
  return found;
}

bool SessionStore::End(std::string_view owner, std::string_view handle, Gone& gone) {
  FoundSession found = Find(owner, handle);
  gone = found.gone;
  if (!found.use) return false;
  std::shared_ptr<HeldSession> session;
  {
    const std::lock_guard lock(mutex_);
    session = TakeOut(found.use->handle, Gone::kEnded);
  }
  if (!session) {
    gone = Gone::kEnded;
    return false;
  }
  session->session.Close();
  return true;
}

void SessionStore::Settle(const HeldSession& session) {
  if (!session.session.closed()) return;
  const std::lock_guard lock(mutex_);
  TakeOut(session.handle, Gone::kDied);
}

std::vector<HeldInfo> SessionStore::List(std::string_view owner) const {
  std::vector<HeldInfo> list;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  for (const auto& [handle, session] : sessions_) {
    if (session->owner != owner) continue;
    Gone why = Gone::kUnknown;
    const bool in_use = session->uses_ > 0;
    list.push_back({handle, session->session.language().name(), session->opened,
                    in_use ? std::chrono::nanoseconds(0) : now - session->last_used_,
                    std::max<std::chrono::nanoseconds>(ExpiryOf(*session, why) - now, std::chrono::nanoseconds(0)),
                    in_use});
  }
  std::sort(list.begin(), list.end(), [](const HeldInfo& a, const HeldInfo& b) {
    return std::pair(a.opened, a.handle) < std::pair(b.opened, b.handle);
  });
  return list;
}

size_t SessionStore::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void SessionStore::Unuse(HeldSession& session) noexcept {
  const std::lock_guard lock(mutex_);
  --session.uses_;
  session.last_used_ = Clock::now();
}

std::shared_ptr<HeldSession> SessionStore::TakeOut(const std::string& handle, Gone why) {
  const auto at = sessions_.find(handle);
  if (at == sessions_.end()) return nullptr;
  std::shared_ptr<HeldSession> session = at->second;
  past_order_.push_back(session->handle);
  past_.insert_or_assign(session->handle, Past{session->owner, why});
  if (past_order_.size() > kPast) {
    past_.erase(past_order_.front());
    past_order_.pop_front();
  }
  if (--of_owner_[session->owner] == 0) of_owner_.erase(session->owner);
  sessions_.erase(at);
  return session;
}

SessionStore::Clock::time_point SessionStore::ExpiryOf(const HeldSession& session, Gone& why) const {
  // Neither sum may go over the clock's end.
  const auto after = [](Clock::time_point time, std::chrono::nanoseconds span) {
    return span > Clock::time_point::max() - time ? Clock::time_point::max() : time + span;
  };
  const auto life = after(session.opened_steady_, limits_.life);
  const auto idle = session.uses_ > 0 ? Clock::time_point::max() : after(session.last_used_, limits_.idle);
  why = idle < life ? Gone::kIdle : Gone::kLife;
  return std::min(idle, life);
}

void SessionStore::ExpireForever() {
  // Looking through all sessions whenever one is used would cost by the square of their number.
  const auto pace = std::clamp<std::chrono::nanoseconds>(std::min(limits_.idle, limits_.life) / 8,
                                                         std::chrono::milliseconds(20), std::chrono::seconds(10));
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !sessions_.empty(); });
    if (wake_.wait_for(lock, pace, [this] { return closing_; })) return;
    const auto now = Clock::now();
    std::vector<std::pair<std::string, Gone>> over;
    for (const auto& [handle, session] : sessions_) {
      Gone why = Gone::kUnknown;
      if (ExpiryOf(*session, why) <= now) over.emplace_back(handle, why);
    }
    std::vector<std::shared_ptr<HeldSession>> expired;
    expired.reserve(over.size());
    for (const auto& [handle, why] : over) expired.push_back(TakeOut(handle, why));
    lock.unlock();
    for (const auto& session : expired) session->session.Close();
    expired.clear();
    lock.lock();
  }
}

}  // namespace goru::service
