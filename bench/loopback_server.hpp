// An HTTP server that costs next to nothing, so that what is measured is the client.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common.hpp"

namespace goru::bench {

/// Answers every request on 127.0.0.1 with the same small JSON body after `delay`, one thread for each connection, and
/// keeps connections open. Requests have no bodies.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::chrono::milliseconds delay) : delay_(delay) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const bool listening = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                           ::listen(listener_, SOMAXCONN) == 0 &&
                           ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!listening) Die("no loopback server");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~LoopbackServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int connection : connections_) ::close(connection);
    ::close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  void Accept() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const int on = 1;
      ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      connections_.push_back(connection);
      threads_.emplace_back([this, connection] { Serve(connection); });
    }
  }

  void Serve(int connection) const {
    constexpr std::string_view kResponse =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "26\r\n\r\n{\"name\":\"Ada\",\"visits\":42}";
    static_assert(kResponse.substr(kResponse.size() - 26, 1) == "{");
    std::string request;
    std::vector<char> buffer(4096);
    for (;;) {
      const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      request.append(buffer.data(), static_cast<size_t>(count));
      for (size_t end = request.find("\r\n\r\n"); end != std::string::npos; end = request.find("\r\n\r\n")) {
        request.erase(0, end + 4);
        if (delay_.count() > 0) std::this_thread::sleep_for(delay_);
        if (::send(connection, kResponse.data(), kResponse.size(), MSG_NOSIGNAL) < 0) return;
      }
    }
  }

  const std::chrono::milliseconds delay_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread acceptor_;
  /// Of the acceptor's thread, until it has ended.
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
};

}  // namespace goru::bench
