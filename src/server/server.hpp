// The server: its event loop, its endpoints and what they work with.
#pragma once

#include <memory>

#include "goru/error.hpp"
#include "goru/executor.hpp"
#include "server/metrics.hpp"
#include "server/options.hpp"

namespace goru::server {

/// One per process: it takes SIGINT, SIGTERM and SIGHUP.
class Server {
 public:
  /// The executor, which is to have the metrics' observer, and the metrics must outlive the server.
  Server(const ServeOptions& options, Executor& executor, Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Reads tokens and certificates and binds. Errors are those of the options.
  Expected<void> Open();
  /// Serves until it is told to end by a signal and all that was under way has been answered.
  void Run();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace goru::server
