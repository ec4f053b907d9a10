// One client's connection.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

#include "server/application.hpp"
#include "server/options.hpp"

namespace goru::server {

/// Bytes that all connections together may hold. Of the event loop alone.
struct BodyBudget {
  size_t left = 0;
};

/// As the listener sees it. Of the event loop alone.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Connection() = default;
  /// What it waits for has to come by then.
  Clock::time_point deadline() const noexcept { return deadline_; }
  /// Ends it at once.
  virtual void Abort() = 0;
  /// Called now and then: a stream that says nothing is kept from being taken for dead.
  virtual void Tick(Clock::time_point now) = 0;
  /// No request is being answered.
  virtual bool idle() const = 0;

 protected:
  Clock::time_point deadline_ = Clock::time_point::max();
};

/// Reads requests and writes responses until one of the sides ends it; `tls` may be null.
std::shared_ptr<Connection> StartConnection(boost::asio::ip::tcp::socket socket,
                                            std::shared_ptr<boost::asio::ssl::context> tls, Application& application,
                                            const ServeOptions& options, BodyBudget& bodies,
                                            std::function<void(Connection*)> ended);

}  // namespace goru::server
