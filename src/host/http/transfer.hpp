// One request on the wire and its response, without redirects: an easy handle of libcurl and what it needs.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/http/curl_library.hpp"
#include "host/http/failure.hpp"
#include "host/http/headers.hpp"
#include "host/http/http_policy.hpp"
#include "host/http/look_up.hpp"
#include "host/http/url.hpp"

namespace goru::host::http {

/// What is left of a run's allowance. Shared by the requests of one run, whatever thread they are on.
struct RunBudget {
  explicit RunBudget(const HttpLimits& limits) : requests(limits.requests), bytes(limits.total_bytes) {}

  /// False, with nothing taken: there is less.
  static bool Take(std::atomic<uint64_t>& from, uint64_t amount) {
    uint64_t left = from.load();
    do {
      if (left < amount) return false;
    } while (!from.compare_exchange_weak(left, left - amount));
    return true;
  }

  std::atomic<uint64_t> requests;
  std::atomic<uint64_t> bytes;
};

/// What is to be sent. Valid as long as the transfer.
struct TransferRequest {
  const HttpPolicy& policy;
  const Url& url;
  const std::string& method;
  const Headers& headers;
  const std::optional<std::string>& body;
  /// Of the host, or of the proxy where there is one.
  const Addresses& addresses;
  const Proxy* proxy = nullptr;
  std::chrono::nanoseconds time_left{0};
  /// What is read counts before it is there.
  const CallContext& call;
  /// A redirect that the exchange follows: nobody reads the body behind it.
  bool drop_redirect_body = false;
  /// The exchange that it belongs to.
  uint64_t exchange = 0;
};

/// Belongs to the loop's thread. Stays where it is: libcurl has its address.
class Transfer {
 public:
  /// The error says what libcurl refused.
  static Expected<std::unique_ptr<Transfer>> Create(const CurlLibrary& curl, const TransferRequest& request,
                                                    RunBudget& budget);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const noexcept { return easy_; }
  /// The one behind a handle.
  static Transfer* Of(const CurlLibrary& curl, CURL* handle);

  /// Once libcurl is done with it: what went wrong, in words for the guest, or nothing.
  std::optional<Failure> Judge(CURLcode code) const;
  ResponseHead& head() noexcept { return head_; }
  std::string TakeBody() noexcept { return std::move(body_); }
  uint64_t exchange() const noexcept { return request_.exchange; }
  /// Bytes of bodies.
  uint64_t received() const noexcept { return received_; }
  uint64_t sent() const;
  /// What it is connected to; empty: nothing.
  std::string Address() const;

 private:
  Transfer(const CurlLibrary& curl, const TransferRequest& request, RunBudget& budget);

  template <typename Value>
  void Set(CURLoption option, Value value);
  void Append(curl_slist*& list, const std::string& line);
  void SetUp();
  void SetMethod();
  void SetHeaders();
  void SetConnection();

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) noexcept;
  static size_t OnBody(char* data, size_t size, size_t count, void* self) noexcept;
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  bool TakeBody(const char* data, size_t size);
  /// False, with the failure set, where the host may not hold so much more.
  bool MakeRoom(size_t size);

  const CurlLibrary& curl_;
  const TransferRequest request_;
  RunBudget& budget_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  curl_slist* resolve_list_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_ = {};
  /// What libcurl said first while this was set up.
  CURLcode set_up_ = CURLE_OK;
  ResponseHead head_;
  std::string body_;
  uint64_t received_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace goru::host::http
