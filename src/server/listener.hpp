// Where connections come in.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "goru/error.hpp"
#include "server/application.hpp"
#include "server/connection.hpp"
#include "server/options.hpp"

namespace goru::server {

/// Accepts connections, sees to it that none outstays its time, and ends them. Of the event loop alone.
class Listener {
 public:
  Listener(boost::asio::io_context& loop, Application& application, const ServeOptions& options);

  /// Binds and begins to accept. Errors: kUnavailable, kInvalidArgument for an address that is none.
  Expected<void> Open();
  /// "http://127.0.0.1:8080".
  std::string url() const;

  /// What new connections are made with; null: plain HTTP.
  void SetTls(std::shared_ptr<boost::asio::ssl::context> tls) { tls_ = std::move(tls); }

  /// Accepts no more, ends connections that are idle, and calls `done` when none is left, or after `time`, when the
  /// rest is ended too.
  void Drain(std::chrono::nanoseconds time, std::function<void()> done);
  /// Ends all connections, which takes what is waiting in the loop.
  void AbortAll();
  size_t connections() const noexcept { return connections_.size(); }

 private:
  void Accept();
  void Admit(boost::asio::ip::tcp::socket socket);
  void TurnAway(boost::asio::ip::tcp::socket socket);
  void Sweep();

  Application& application_;
  const ServeOptions& options_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer sweep_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  BodyBudget bodies_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  /// Until when each is kept.
  std::deque<std::pair<Connection::Clock::time_point, boost::asio::ip::tcp::socket>> turned_away_;
  bool draining_ = false;
  Connection::Clock::time_point drained_by_;
  std::function<void()> drained_;
};

}  // namespace goru::server
