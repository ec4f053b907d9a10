// One request of a guest, with all of its redirects, up to the one answer that it gets.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "goru/http.hpp"
#include "goru/registry.hpp"
#include "host/http/event_loop.hpp"
#include "host/http/transfer.hpp"

namespace goru::host::http {

class Client;

enum class OnRedirect { kFollow, kHandOver, kFail };

/// What a guest asks for, its form checked.
struct GuestRequest {
  /// In capitals.
  std::string method;
  std::string url;
  Headers headers;
  std::optional<std::string> body;
  OnRedirect on_redirect = OnRedirect::kFollow;
  /// With all redirects; never longer than the limit.
  std::chrono::nanoseconds timeout{0};
};

/// Belongs to the loop's thread once it is started. Answers exactly once.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Client& client, uint64_t id, GuestRequest request, CallContext context, std::shared_ptr<RunBudget> budget,
           Completion completion);

  void Start();
  /// Answers with `failure` where there was no answer yet, and ends what is under way.
  void Fail(Failure failure);
  /// The transfer is over and no longer among the connections.
  void OnTransfer(CURLcode code);

  uint64_t id() const noexcept { return id_; }

 private:
  Failure TooLong() const;
  std::variant<Url, Failure> Read(const std::string& text) const;
  /// `shown`: what is reported where there is no URL.
  void BeginHop(std::variant<Url, Failure> url, const std::string& shown);
  std::optional<Failure> CheckHop();
  void FindAddresses();
  void OnAddresses(const Expected<Addresses>& addresses);
  void Connect();
  void Redirect(const std::string& location, int status);
  void Answer();
  /// Fail, where it was policy that ended the hop.
  void Refuse(Failure failure);
  /// Ends what is under way. Nothing: it was answered before.
  std::optional<Completion> End();
  /// Reports the hop. `failure`: null where a response came.
  void Audit(const Failure* failure);
  void DropTransfer();
  std::chrono::nanoseconds TimeLeft() const;

  Client& client_;
  const uint64_t id_;
  GuestRequest request_;
  const CallContext context_;
  const std::shared_ptr<RunBudget> budget_;
  std::optional<Completion> completion_;
  const std::chrono::steady_clock::time_point deadline_;
  std::optional<EventLoop::TimerId> timer_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;

  // The hop that is under way.
  unsigned redirect_ = 0;
  Url url_;
  std::string shown_url_;
  const Proxy* proxy_ = nullptr;
  Addresses addresses_;
  /// request_.headers with their secrets.
  Headers headers_;
  bool allowed_ = false;
  bool audited_ = true;
  std::string waits_for_name_;
  std::chrono::steady_clock::time_point began_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace goru::host::http
