#include "host/http/connections.hpp"

#include <sys/epoll.h>

#include <mutex>

#include "support/process_generation.hpp"

namespace goru::host::http {
namespace {

/// Open connections that are kept for the next request.
constexpr long kMaxIdle = 64;

uint32_t EventsOf(int what) {
  uint32_t events = 0;
  if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
  return events;
}

int ActionOf(uint32_t events) {
  int action = 0;
  if ((events & (EPOLLIN | EPOLLHUP)) != 0) action |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) action |= CURL_CSELECT_OUT;
  if ((events & EPOLLERR) != 0) action |= CURL_CSELECT_ERR;
  return action;
}

}  // namespace

Expected<std::unique_ptr<Connections>> Connections::Create(const CurlLibrary& curl, EventLoop& loop, Done done) {
  std::unique_ptr<Connections> connections(new Connections(curl, loop, std::move(done)));
  CURLM* multi = curl.multi_init();
  const Error refused{ErrorKind::kUnavailable, "libcurl has no handle left"};
  if (multi == nullptr) return refused;
  connections->multi_ = multi;
  void* self = connections.get();
  const bool ready = curl.multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Connections::OnSocket) == CURLM_OK &&
                     curl.multi_setopt(multi, CURLMOPT_SOCKETDATA, self) == CURLM_OK &&
                     curl.multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Connections::OnTimer) == CURLM_OK &&
                     curl.multi_setopt(multi, CURLMOPT_TIMERDATA, self) == CURLM_OK &&
                     curl.multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMaxIdle) == CURLM_OK;
  if (!ready) return refused;
  return connections;
}

Connections::~Connections() {
  *alive_ = false;
  if (multi_ != nullptr) {
    // libcurl sets the process's SIGPIPE aside while it closes connections; two that do so at once would lose it.
    static constinit std::mutex closing;
    const support::HoldFork hold;
    const std::lock_guard lock(closing);
    curl_.multi_cleanup(multi_);
  }
  for (const auto& [socket, watch] : watches_) loop_.Unwatch(watch);
  if (timer_) loop_.Cancel(*timer_);
}

bool Connections::Add(Transfer& transfer) { return curl_.multi_add_handle(multi_, transfer.handle()) == CURLM_OK; }

void Connections::Remove(Transfer& transfer) { curl_.multi_remove_handle(multi_, transfer.handle()); }

int Connections::OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*of_socket*/) noexcept {
  try {
    static_cast<Connections*>(self)->WatchSocket(socket, what);
    return 0;
  } catch (...) {
    return -1;
  }
}

int Connections::OnTimer(CURLM* /*multi*/, long milliseconds, void* self) noexcept {
  try {
    static_cast<Connections*>(self)->SetTimer(milliseconds);
    return 0;
  } catch (...) {
    return -1;
  }
}

void Connections::WatchSocket(curl_socket_t socket, int what) {
  const auto found = watches_.find(socket);
  if (what == CURL_POLL_REMOVE) {
    if (found == watches_.end()) return;
    loop_.Unwatch(found->second);
    watches_.erase(found);
  } else if (found != watches_.end()) {
    loop_.Change(found->second, EventsOf(what));
  } else {
    const auto watch =
        loop_.Watch(socket, EventsOf(what), [this, socket](uint32_t events) { Act(socket, ActionOf(events)); });
    if (watch != 0) watches_.emplace(socket, watch);
  }
}

void Connections::SetTimer(long milliseconds) {
  if (timer_) loop_.Cancel(*timer_);
  timer_.reset();
  if (milliseconds < 0) return;
  timer_ = loop_.At(EventLoop::Clock::now() + std::chrono::milliseconds(milliseconds), [this] {
    timer_.reset();
    Act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void Connections::Act(curl_socket_t socket, int events) {
  int running = 0;
  curl_.multi_socket_action(multi_, socket, events, &running);
  const auto alive = alive_;
  const auto done = done_;
  int left = 0;
  while (CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // Removing the handle ends the message.
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    Transfer* transfer = Transfer::Of(curl_, easy);
    curl_.multi_remove_handle(multi_, easy);
    (*done)(*transfer, code);
    if (!*alive) return;
  }
}

}  // namespace goru::host::http
