// What the sessions of one executor share for http: a thread, look-ups, and nothing that they could learn from.
#pragma once

#include <memory>

#include "host/http/client.hpp"
#include "host/http/event_loop.hpp"
#include "host/http/http_policy.hpp"
#include "host/http/look_up.hpp"

namespace goru::host::http {

/// Thread-safe. Clients do not keep it, so that it never ends on its own thread.
class HttpService {
 public:
  explicit HttpService(LookUp look_up);
  /// Answers all requests that are under way, with an error. Clients get no others through.
  ~HttpService();
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  std::shared_ptr<Client> NewClient(std::shared_ptr<const HttpPolicy> policy);

 private:
  const std::shared_ptr<EventLoop> loop_;
  const std::shared_ptr<LookUpThreads> look_ups_;
  const std::shared_ptr<OpenClients> clients_;
};

}  // namespace goru::host::http
