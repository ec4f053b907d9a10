// Streamable HTTP: what the protocol wants of an endpoint, such as /mcp. The server that has the sockets hands in
// requests and carries answers out.
//
// 2026-07-28: each POST is by itself, its headers repeat what its body says, and its stream is its request: when the
// client closes it, the request is cancelled. Handshake revisions: initialize opens a session (Mcp-Session-Id), which
// DELETE or time ends; closing a stream cancels nothing. GET has no stream to offer in either.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/server.hpp"

namespace goru::mcp {

/// A request to the endpoint. Refers to text that has to live for the call only.
struct HttpRequest {
  std::string_view method;
  /// The value of a header by its name in lower case, without white space around it; nothing where there is none. Those
  /// that stand there several times are joined with ", ".
  std::function<std::optional<std::string>(std::string_view name)> header;
  std::string_view body;
};

struct HttpReply {
  int status = 200;
  /// Those that the protocol needs; not Content-Length.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// Carries the answer of one request out: Reply, or Begin, any number of Send, and End. Called from any thread, one
/// call after the other, also when the client is gone. Must not throw and must not wait: an implementation hands on to
/// the connection's own thread.
class HttpAnswer {
 public:
  virtual ~HttpAnswer() = default;
  /// The whole answer.
  virtual void Reply(HttpReply reply) = 0;
  /// The begin of a stream of events: status and headers, no body.
  virtual void Begin(HttpReply head) = 0;
  virtual void Send(std::string bytes) = 0;
  virtual void End() = 0;
};

/// Of sessions of the handshake revisions.
struct HttpOptions {
  /// Without a request.
  std::chrono::nanoseconds idle = std::chrono::hours(1);
  /// Of all clients; the one that was not used longest goes.
  size_t sessions = 10'000;
};

namespace internal {
class EndpointCore;
struct ExchangeCore;
}  // namespace internal

/// A request that is being answered. Destroyed when the answer is complete, or the client has gone: that cancels the
/// request where its revision says so.
class HttpExchange {
 public:
  explicit HttpExchange(std::shared_ptr<internal::ExchangeCore> core);
  ~HttpExchange();
  HttpExchange(HttpExchange&&) noexcept;
  HttpExchange& operator=(HttpExchange&&) noexcept;

  /// To be called about every 15 seconds while the answer is not complete: begins a stream where nothing was sent yet,
  /// and sends a comment, so that nobody between takes the connection for dead.
  void KeepAlive();

 private:
  std::shared_ptr<internal::ExchangeCore> core_;
};

/// Thread-safe. Runs no guest code on the caller's thread and waits for nothing. The server must outlive it, and so
/// must it its exchanges.
class HttpEndpoint {
 public:
  explicit HttpEndpoint(Server& server, HttpOptions options = {});
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  /// `client` was authenticated, and Host and Origin were checked. The answer may be complete when this returns.
  HttpExchange Handle(const HttpRequest& request, const Client& client, std::shared_ptr<HttpAnswer> answer);

  /// Sessions of the handshake revisions.
  size_t sessions() const;

 private:
  std::unique_ptr<internal::EndpointCore> core_;
};

}  // namespace goru::mcp
