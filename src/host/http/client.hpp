// The http client of one session: its requests, its connections, the names it knows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "host/http/connections.hpp"
#include "host/http/event_loop.hpp"
#include "host/http/exchange.hpp"
#include "host/http/http_policy.hpp"
#include "host/http/name_cache.hpp"

namespace goru::host::http {

class Client;

/// The clients of one executor that have asked for something and are not closed. Belongs to the loop's thread.
using OpenClients = std::map<const Client*, std::shared_ptr<Client>>;

/// Belongs to the loop's thread, unless a function says otherwise.
class Client : public std::enable_shared_from_this<Client> {
 public:
  /// On any thread.
  Client(std::shared_ptr<EventLoop> loop, std::shared_ptr<LookUpThreads> threads, std::shared_ptr<OpenClients> open,
         std::shared_ptr<const HttpPolicy> policy)
      : loop_(std::move(loop)),
        open_(std::move(open)),
        policy_(std::move(policy)),
        names_(std::make_shared<NameCache>(loop_, std::move(threads))) {}

  /// On any thread. It is answered later on the loop's thread, or now where that is not to be had.
  void Request(const CurlLibrary& curl, GuestRequest request, const CallContext& context,
               std::shared_ptr<RunBudget> budget, Completion completion);
  /// On any thread: Close, on the loop's.
  void CloseSoon() noexcept;
  /// Ends all requests and connections, and starts none any more.
  void Close();

  // For exchanges.
  const HttpPolicy& policy() const noexcept { return *policy_; }
  const CurlLibrary& curl() const noexcept { return *curl_; }
  EventLoop& loop() noexcept { return *loop_; }
  const std::shared_ptr<EventLoop>& shared_loop() const noexcept { return loop_; }
  NameCache& names() noexcept { return *names_; }
  /// Null: libcurl refuses.
  Connections* connections();
  /// Nobody waits for the exchange of that id any more.
  void Cancel(uint64_t id);
  void Forget(uint64_t id);

 private:
  void Begin(const CurlLibrary& curl, GuestRequest request, const CallContext& context,
             std::shared_ptr<RunBudget> budget, Completion completion);
  void OnTransfer(const Transfer& transfer, CURLcode code);
  void CloseWhenIdle();

  const std::shared_ptr<EventLoop> loop_;
  const std::shared_ptr<OpenClients> open_;
  const std::shared_ptr<const HttpPolicy> policy_;
  const std::shared_ptr<NameCache> names_;
  const CurlLibrary* curl_ = nullptr;
  std::unique_ptr<Connections> connections_;
  std::unordered_map<uint64_t, std::shared_ptr<Exchange>> exchanges_;
  std::optional<EventLoop::TimerId> idle_;
  uint64_t last_id_ = 0;
  bool closed_ = false;
};

}  // namespace goru::host::http
