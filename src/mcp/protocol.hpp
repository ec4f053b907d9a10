// Messages of the protocol (JSON-RPC 2.0) and its two eras.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace goru::mcp {

enum ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  /// Of the revisions with a handshake; the one without says kInvalidParams.
  kResourceNotFound = -32002,
  kHeaderMismatch = -32020,
  kUnsupportedVersion = -32022,
};

/// A request that gets an error for an answer. Thrown while one is read.
struct ProtocolError {
  int code = kInternalError;
  std::string message;
  nlohmann::json data = nullptr;
};

/// What is wrong with a text that is no message, or the value that it has. Bounded in size, depth and number of values
/// before anything is made of it; a name that stands twice in one object is refused. Throws ProtocolError.
nlohmann::json ParseMessage(std::string_view text, size_t most_bytes);

/// One message of a client.
struct Message {
  enum class Kind { kRequest, kNotification, kResponse };
  Kind kind = Kind::kRequest;
  /// A string or a whole number; null where it is no request.
  nlohmann::json id;
  std::string method;
  /// An object.
  nlohmann::json params = nlohmann::json::object();
};

/// Throws ProtocolError where it is none; `id` is then that of the message, as far as it has one.
Message ReadMessage(nlohmann::json document, nlohmann::json& id);

nlohmann::json ErrorMessage(const nlohmann::json& id, const ProtocolError& error);
nlohmann::json ResultMessage(const nlohmann::json& id, nlohmann::json result);
nlohmann::json NotificationMessage(std::string_view method, nlohmann::json params);

/// All revisions with a handshake, the newest first.
const std::vector<std::string_view>& HandshakeVersions();
/// All revisions, the newest first.
std::vector<std::string> AllVersions();

/// The error for a revision that the server does not speak.
ProtocolError UnsupportedVersion(const std::string& requested);

/// What a revision has, for one request.
struct Era {
  /// No handshake: everything is in the request.
  bool modern = false;
  std::string version;

  /// outputSchema, structuredContent, titles and links to resources.
  bool structured() const noexcept { return version >= "2025-06-18"; }
  /// Several messages in one array.
  bool batches() const noexcept { return version == "2025-03-26"; }
};

/// Whether a request says its revision, as those without a handshake do.
bool SaysRevision(const nlohmann::json& params);

/// By what a request says of itself, and what a handshake has agreed on (empty: there was none). Throws ProtocolError
/// where it is neither.
Era EraOf(const Message& request, const std::string& handshake);

/// goru itself, as the protocol introduces servers.
nlohmann::json ServerInfo();

/// `result` with what all results of the era have.
nlohmann::json Complete(const Era& era, nlohmann::json result);
/// The same for results that may be kept for a while: ttlMs and cacheScope, where the era has them.
nlohmann::json Cacheable(const Era& era, nlohmann::json result, int ttl_ms);

}  // namespace goru::mcp
