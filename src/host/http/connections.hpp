// The connections of one session: a multi handle of libcurl, driven by the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "host/http/curl_library.hpp"
#include "host/http/event_loop.hpp"
#include "host/http/transfer.hpp"

namespace goru::host::http {

/// Belongs to the loop's thread. All transfers have been removed when it goes.
class Connections {
 public:
  using Done = std::function<void(Transfer&, CURLcode)>;

  /// `done` is called for each transfer that ended by itself, which is then already removed. It may add others.
  static Expected<std::unique_ptr<Connections>> Create(const CurlLibrary& curl, EventLoop& loop, Done done);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// False: libcurl refuses.
  bool Add(Transfer& transfer);
  /// Ends it where it is.
  void Remove(Transfer& transfer);

 private:
  Connections(const CurlLibrary& curl, EventLoop& loop, Done done)
      : curl_(curl), loop_(loop), done_(std::make_shared<Done>(std::move(done))) {}

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* of_socket) noexcept;
  static int OnTimer(CURLM* multi, long milliseconds, void* self) noexcept;
  void WatchSocket(curl_socket_t socket, int what);
  void SetTimer(long milliseconds);
  void Act(curl_socket_t socket, int events);

  const CurlLibrary& curl_;
  EventLoop& loop_;
  /// Shared with its own calls: one of them may end this object.
  const std::shared_ptr<Done> done_;
  CURLM* multi_ = nullptr;
  std::unordered_map<curl_socket_t, EventLoop::WatchId> watches_;
  std::optional<EventLoop::TimerId> timer_;
  /// Still true after a call that might have ended this object: it has not.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace goru::host::http
