// The Model Context Protocol, whatever carries it: goru's tools for language models. docs/AGENTS.md says what a model
// sees.
//
// Both eras: the revisions with a handshake (2024-11-05 to 2025-11-25) and 2026-07-28, which has none. A carrier hands
// in messages as text and takes messages out; http.hpp is what HTTP adds to that.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "goru/executor.hpp"
#include "goru/options.hpp"
#include "service/session_store.hpp"

namespace goru::mcp {

/// Bounds of the protocol itself; what code may use is in Client::session.
struct ServerOptions {
  /// A message of a client.
  size_t message_bytes = size_t{32} << 20;
  /// Requests of one connection that are under way at once.
  size_t requests = 64;
  /// What a result quotes of each of standard output, standard error, value and traceback; the middle of more is left
  /// out. A model pays for each byte.
  size_t text_bytes = size_t{32} << 10;
  /// An image that a result shows, and all of one result.
  size_t image_bytes = size_t{2} << 20;
  size_t all_image_bytes = size_t{6} << 20;
  /// A text file that a result quotes, and all of one result. Others are links, to be read with resources/read.
  size_t embedded_bytes = size_t{4} << 10;
  size_t all_embedded_bytes = size_t{16} << 10;
  /// Files that runs without a session have left, kept for resources/read: bytes of one client, and for how long.
  size_t kept_bytes = size_t{64} << 20;
  std::chrono::nanoseconds kept_for = std::chrono::minutes(15);
  /// Between two notifications of progress.
  std::chrono::nanoseconds progress_every = std::chrono::seconds(1);
  /// Threads that prepare calls: sandboxes made, files read and written. They run no guest code.
  unsigned threads = 2;
  /// Where the languages' images are; see WithImageDirectory.
  std::string image_directory = {};
};

/// Who asks, and what sandboxes made for them have and may use. Copied where it is handed in.
struct Client {
  /// Whose sessions and files they are (SessionStore): others' are unknown to them.
  std::string owner = {};
  SessionConfig session = {};
  /// Sessions at once; SIZE_MAX: as StoreLimits says.
  size_t sessions = SIZE_MAX;
};

/// Takes the messages that answer one that came in: notifications of progress, then the response with `last`. Null with
/// `last`: nothing comes any more, the request was cancelled. Called on the thread that handed the message in, or on
/// another, one call after the other. Must not throw, must not wait long, and must not call or destroy the connection
/// or the server. TextOf makes a line of a message.
using Sink = std::function<void(nlohmann::json message, bool last)>;

/// A message on one line, without the line's end. What is not UTF-8 has U+FFFD in its place.
std::string TextOf(const nlohmann::json& message);

/// The newest revision with a handshake, and the one without.
inline constexpr std::string_view kHandshakeVersion = "2025-11-25";
inline constexpr std::string_view kModernVersion = "2026-07-28";
/// Whether the server speaks a revision that begins with a handshake.
bool IsHandshakeVersion(std::string_view version) noexcept;

namespace internal {
class ServerCore;
class ConnectionCore;
}  // namespace internal

/// What all clients share. Thread-safe. Executor and store must outlive it; it must outlive its connections.
class Server {
 public:
  Server(Executor& executor, service::SessionStore& store, ServerOptions options = {});
  /// Ends what is under way and waits for it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const ServerOptions& options() const noexcept;

 private:
  friend class Connection;
  std::unique_ptr<internal::ServerCore> core_;
};

/// One client as the protocol sees it: a pair of streams, a session of HTTP, or, with the revision that has no
/// handshake, a single request. Thread-safe. Holds no thread.
class Connection {
 public:
  /// What a message was.
  enum class Kind : uint8_t {
    /// The sink is called with `last`, exactly once, now or later.
    kRequest,
    /// A notification, or a response to nothing: the sink is not called.
    kNotification,
    /// Not a message of the protocol; the sink has been called with the error and `last`.
    kRefused,
  };

  /// `version`: of the handshake, where it is known to have happened elsewhere. Empty: it may come.
  Connection(Server& server, Client client, std::string version = {});
  /// Cancels what is under way and does not wait for it; no sink is called any more when it has returned.
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Takes one message, hostile as it may be. Never runs guest code and waits for nothing.
  Kind Receive(std::string_view text, const Sink& sink);
  /// The same with a document that was read as Receive reads one (ParseMessage).
  Kind ReceiveDocument(nlohmann::json document, const Sink& sink);

  /// Cancels all requests that are under way; their sinks get null.
  void Cancel();
  /// Waits until none is under way, or for so long; whether none is.
  bool Wait(std::chrono::nanoseconds most = std::chrono::nanoseconds::max());
  /// Requests under way.
  size_t pending() const;
  /// What the handshake agreed on; empty before.
  std::string version() const;

 private:
  std::shared_ptr<internal::ConnectionCore> core_;
};

}  // namespace goru::mcp
