// What a connection hands its requests to.
#pragma once

#include <cstddef>
#include <optional>

#include "server/exchange.hpp"
#include "server/request.hpp"

namespace goru::server {

/// All functions are called on the event loop and must not wait.
class Application {
 public:
  virtual ~Application() = default;

  /// Of a request whose header has come: sets its id, its client, its trace and its endpoint. A response: the body is
  /// not read.
  virtual std::optional<Response> Screen(Request& request) = 0;
  /// Sees to it that the exchange is answered, now or later.
  virtual void Handle(const ExchangePtr& exchange) = 0;
  /// Headers that all responses have.
  virtual void Finish(const Request& request, Response& response) = 0;
  /// The response has been written, or could not be. `bytes`: of its body.
  virtual void Written(const Exchange& exchange, unsigned status, size_t bytes, bool complete) = 0;
  /// No further requests are wanted on a connection.
  virtual bool draining() const = 0;
};

}  // namespace goru::server
