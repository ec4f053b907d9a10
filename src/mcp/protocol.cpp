#include "mcp/protocol.hpp"

#include <algorithm>
#include <utility>

#include "goru/config.hpp"
#include "goru/version.hpp"
#include "mcp/server.hpp"

namespace goru::mcp {
namespace {

using nlohmann::json;

/// Of one message; a call with a thousand files has five thousand.
constexpr size_t kMostValues = 100'000;

constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kServerKey = "io.modelcontextprotocol/serverInfo";

/// No more than this many values can be in the text; its strings are not looked into.
size_t ValuesIn(std::string_view text) {
  size_t count = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == ',' || c == '[' || c == '{') {
      ++count;
    }
  }
  return count;
}

bool IsId(const json& id) { return id.is_string() || id.is_number_integer(); }

}  // namespace

json ParseMessage(std::string_view text, size_t most_bytes) {
  if (text.size() > most_bytes) {
    throw ProtocolError{kInvalidRequest, "the message is larger than " + std::to_string(most_bytes) + " bytes"};
  }
  if (ValuesIn(text) > kMostValues) {
    throw ProtocolError{kInvalidRequest, "the message has more than " + std::to_string(kMostValues) + " values"};
  }
  auto parsed = ParseConfigText(text);
  if (!parsed) throw ProtocolError{kParseError, "Parse error: " + parsed.error().message};
  return std::move(*parsed);
}

Message ReadMessage(json document, json& id) {
  if (!document.is_object()) throw ProtocolError{kInvalidRequest, "a message is a JSON object"};
  const auto own_id = document.find("id");
  if (own_id != document.end() && IsId(*own_id)) id = *own_id;
  const auto version = document.find("jsonrpc");
  if (version == document.end() || *version != "2.0") {
    throw ProtocolError{kInvalidRequest, R"(a message has "jsonrpc": "2.0")"};
  }
  Message message;
  const auto method = document.find("method");
  if (method == document.end()) {
    if (document.contains("result") || document.contains("error")) {
      message.kind = Message::Kind::kResponse;
      return message;
    }
    throw ProtocolError{kInvalidRequest, "a message has a \"method\""};
  }
  if (!method->is_string()) throw ProtocolError{kInvalidRequest, "\"method\" is a string"};
  message.method = method->get<std::string>();
  if (own_id == document.end()) {
    message.kind = Message::Kind::kNotification;
  } else if (!IsId(*own_id)) {
    throw ProtocolError{kInvalidRequest, "\"id\" is a string or a whole number"};
  } else {
    message.id = *own_id;
  }
  if (const auto params = document.find("params"); params != document.end()) {
    if (!params->is_object()) throw ProtocolError{kInvalidParams, "\"params\" is an object"};
    message.params = std::move(*params);
  }
  return message;
}

json ErrorMessage(const json& id, const ProtocolError& error) {
  json body = {{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(body)}};
}

json ResultMessage(const json& id, json result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json NotificationMessage(std::string_view method, json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

const std::vector<std::string_view>& HandshakeVersions() {
  static const std::vector<std::string_view> versions = {kHandshakeVersion, "2025-06-18", "2025-03-26", "2024-11-05"};
  return versions;
}

std::vector<std::string> AllVersions() {
  std::vector<std::string> versions = {std::string(kModernVersion)};
  for (const std::string_view version : HandshakeVersions()) versions.emplace_back(version);
  return versions;
}

bool IsHandshakeVersion(std::string_view version) noexcept {
  return std::ranges::find(HandshakeVersions(), version) != HandshakeVersions().end();
}

ProtocolError UnsupportedVersion(const std::string& requested) {
  return {
      kUnsupportedVersion, "Unsupported protocol version", {{"supported", AllVersions()}, {"requested", requested}}};
}

bool SaysRevision(const json& params) {
  const auto meta = params.find("_meta");
  return meta != params.end() && meta->is_object() && meta->contains(kVersionKey);
}

Era EraOf(const Message& request, const std::string& handshake) {
  const json* meta = nullptr;
  if (const auto found = request.params.find("_meta"); found != request.params.end()) {
    if (!found->is_object()) throw ProtocolError{kInvalidParams, "\"_meta\" is an object"};
    meta = &*found;
  }
  const bool has_version = SaysRevision(request.params);
  const bool has_capabilities = meta != nullptr && meta->contains(kCapabilitiesKey);
  if (!has_version && (!has_capabilities || !handshake.empty())) {
    // A ping is for before the handshake, too.
    if (!handshake.empty()) return {.modern = false, .version = handshake};
    if (request.method == "ping") return {.modern = false, .version = std::string(kHandshakeVersion)};
    throw ProtocolError{kInvalidParams, "begin with initialize, or send " + std::string(kVersionKey) + " and " +
                                            kCapabilitiesKey + " in _meta of each request"};
  }
  if (!has_version || meta == nullptr) throw ProtocolError{kInvalidParams, "_meta lacks " + std::string(kVersionKey)};
  const json& version = (*meta)[kVersionKey];
  if (!version.is_string()) throw ProtocolError{kInvalidParams, std::string(kVersionKey) + " is a string"};
  if (version != kModernVersion) throw UnsupportedVersion(version.get<std::string>());
  if (!has_capabilities) throw ProtocolError{kInvalidParams, "_meta lacks " + std::string(kCapabilitiesKey)};
  if (!(*meta)[kCapabilitiesKey].is_object()) {
    throw ProtocolError{kInvalidParams, std::string(kCapabilitiesKey) + " is an object"};
  }
  return {.modern = true, .version = std::string(kModernVersion)};
}

json ServerInfo() { return {{"name", "goru"}, {"title", "goru sandbox"}, {"version", Version()}}; }

json Complete(const Era& era, json result) {
  if (!era.modern) return result;
  result["resultType"] = "complete";
  result["_meta"][kServerKey] = ServerInfo();
  return result;
}

json Cacheable(const Era& era, json result, int ttl_ms) {
  if (!era.modern) return result;
  result["ttlMs"] = ttl_ms;
  // What a client may use is its own business.
  result["cacheScope"] = "private";
  return Complete(era, std::move(result));
}

std::string TextOf(const json& message) { return message.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace goru::mcp
