#include "mcp/http.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "mcp/bytes.hpp"
#include "mcp/protocol.hpp"
#include "service/random_handle.hpp"

namespace goru::mcp {
namespace internal {
namespace {

/// The state of an answer, which its sink and its exchange share.
class HttpStream {
 public:
  HttpStream(std::shared_ptr<HttpAnswer> answer, bool events, bool whole)
      : answer_(std::move(answer)), events_(events), whole_(whole) {}

  /// Headers that the first answer has.
  void AddHeader(std::string name, std::string value) { headers_.emplace_back(std::move(name), std::move(value)); }
  /// Errors have a status of their own.
  void StatusOf(std::function<int(int code)> status) { status_ = std::move(status); }

  void Take(const nlohmann::json& message, bool last) {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    if (!begun_ && last && whole_ && !message.is_null()) {
      done_ = true;
      int status = 200;
      if (const auto error = message.find("error"); message.is_object() && error != message.end() && status_) {
        status = status_((*error)["code"]);
      }
      HttpReply reply{.status = status, .headers = std::move(headers_), .body = TextOf(message)};
      reply.headers.emplace_back("Content-Type", "application/json");
      answer_->Reply(std::move(reply));
      return;
    }
    // Who takes no events misses notifications only.
    if (!events_ && !last) return;
    Begin();
    if (!message.is_null()) answer_->Send("event: message\ndata: " + TextOf(message) + "\n\n");
    if (!last) return;
    done_ = true;
    answer_->End();
  }

  void Reply(HttpReply reply) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(done_, true)) return;
    answer_->Reply(std::move(reply));
  }

  void KeepAlive() {
    const std::lock_guard lock(mutex_);
    if (done_ || !events_) return;
    Begin();
    answer_->Send(":\n\n");
  }

 private:
  void Begin() {
    if (std::exchange(begun_, true)) return;
    HttpReply head{.status = 200, .headers = std::move(headers_)};
    head.headers.emplace_back("Content-Type", "text/event-stream");
    head.headers.emplace_back("Cache-Control", "no-cache, no-transform");
    head.headers.emplace_back("X-Accel-Buffering", "no");
    answer_->Begin(std::move(head));
  }

  const std::shared_ptr<HttpAnswer> answer_;
  /// The client takes streams of events; single documents.
  const bool events_;
  const bool whole_;
  std::function<int(int)> status_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> headers_;
  bool begun_ = false;
  bool done_ = false;
};

}  // namespace

struct ExchangeCore {
  std::shared_ptr<HttpStream> stream;
  /// Of a request that is by itself.
  std::optional<Connection> connection;
};

namespace {

using nlohmann::json;

constexpr std::string_view kVersionHeader = "mcp-protocol-version";
constexpr std::string_view kSessionHeader = "mcp-session-id";
constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";

int ModernStatus(int code) {
  switch (code) {
    case kMethodNotFound:
      return 404;
    case kParseError:
    case kInvalidRequest:
    case kInvalidParams:
    case kHeaderMismatch:
    case kUnsupportedVersion:
      return 400;
    default:
      return 200;
  }
}

int HandshakeStatus(int code) { return code == kParseError || code == kInvalidRequest ? 400 : 200; }

HttpReply ErrorReply(int status, const json& id, const ProtocolError& error) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = TextOf(ErrorMessage(id, error))};
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// Whether an Accept header takes a type.
bool Accepts(const std::optional<std::string>& accept, std::string_view type) {
  if (!accept) return true;
  const std::string text = Lower(*accept);
  const std::string group(type.substr(0, type.find('/')));
  return text.find(type) != std::string::npos || text.find("*/*") != std::string::npos ||
         text.find(group + "/*") != std::string::npos;
}

/// The value of Mcp-Name, which may be written in base64; nothing where it is written wrongly.
std::optional<std::string> Decoded(const std::string& value) {
  constexpr std::string_view kBegin = "=?base64?";
  constexpr std::string_view kEnd = "?=";
  if (!value.starts_with(kBegin) || !value.ends_with(kEnd) || value.size() < kBegin.size() + kEnd.size()) {
    const bool plain = std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
    return plain ? std::optional(value) : std::nullopt;
  }
  const std::string_view inner =
      std::string_view(value).substr(kBegin.size(), value.size() - kBegin.size() - kEnd.size());
  return FromBase64(inner);
}

const json* Member(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

/// The text of a member; nothing where it has none.
std::optional<std::string> TextMember(const json* object, std::string_view name) {
  const json* member = object == nullptr ? nullptr : Member(*object, name);
  return member != nullptr && member->is_string() ? std::optional(member->get<std::string>()) : std::nullopt;
}

ProtocolError Mismatch(const std::string& what) { return {kHeaderMismatch, "Header mismatch: " + what}; }

/// Throws ProtocolError where the headers of a request without a handshake do not say what its body says.
void CheckHeaders(const HttpRequest& request, const json& document, const std::optional<std::string>& body_version) {
  const auto version = request.header(kVersionHeader);
  if (!version) throw Mismatch("MCP-Protocol-Version is missing");
  if (body_version && *version != *body_version) {
    throw Mismatch("MCP-Protocol-Version is '" + CutMiddle(*version, 60) + "', the body has '" +
                   CutMiddle(*body_version, 60) + "'");
  }
  const auto body_method = TextMember(&document, "method");
  if (!body_method) return;
  const auto method = request.header("mcp-method");
  if (!method) throw Mismatch("Mcp-Method is missing");
  if (*method != *body_method) {
    throw Mismatch("Mcp-Method is '" + CutMiddle(*method, 60) + "', the body has '" + CutMiddle(*body_method, 60) +
                   "'");
  }
  std::string_view source;
  if (*method == "tools/call" || *method == "prompts/get") source = "name";
  if (*method == "resources/read") source = "uri";
  if (source.empty()) return;
  const auto body_name = TextMember(Member(document, "params"), source);
  const auto name = request.header("mcp-name");
  if (!name) throw Mismatch("Mcp-Name is missing");
  if (!body_name || Decoded(*name) != body_name) throw Mismatch("Mcp-Name is not what the body has");
}

}  // namespace

class EndpointCore {
 public:
  EndpointCore(Server& server, HttpOptions options) : server_(server), options_(options) {}

  std::shared_ptr<ExchangeCore> Handle(const HttpRequest& request, const Client& client,
                                       std::shared_ptr<HttpAnswer> answer) {
    const auto accept = request.header("accept");
    const bool events = Accepts(accept, "text/event-stream");
    const bool whole = Accepts(accept, "application/json");
    auto exchange = std::make_shared<ExchangeCore>();
    exchange->stream = std::make_shared<HttpStream>(std::move(answer), events, whole || !events);
    HttpStream& stream = *exchange->stream;
    if (request.method == "DELETE" && request.header(kSessionHeader)) {
      stream.Reply({.status = Delete(*request.header(kSessionHeader), client) ? 204 : 404});
    } else if (request.method != "POST") {
      stream.Reply({.status = 405, .headers = {{"Allow", "POST"}}});
    } else if (!events && !whole) {
      stream.Reply(ErrorReply(406, nullptr, {kInvalidRequest, "Accept lists application/json and text/event-stream"}));
    } else if (!Lower(request.header("content-type").value_or("")).starts_with("application/json")) {
      stream.Reply(ErrorReply(415, nullptr, {kInvalidRequest, "Content-Type is application/json"}));
    } else {
      Post(request, client, *exchange);
    }
    return exchange;
  }

  size_t sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_.size();
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Session {
    std::string owner;
    std::shared_ptr<Connection> connection;
    Clock::time_point used;
  };

  void Post(const HttpRequest& request, const Client& client, ExchangeCore& exchange) {
    json document;
    try {
      document = ParseMessage(request.body, server_.options().message_bytes);
    } catch (const ProtocolError& error) {
      exchange.stream->Reply(ErrorReply(400, nullptr, error));
      return;
    }
    const auto version = request.header(kVersionHeader);
    const json* params = Member(document, "params");
    const auto body_version = TextMember(params == nullptr ? nullptr : Member(*params, "_meta"), kVersionKey);
    const bool begins = TextMember(&document, "method") == "initialize";
    const bool modern = body_version || (version && !IsHandshakeVersion(*version) && !begins);
    if (modern) {
      PostAlone(request, client, exchange, std::move(document), body_version);
    } else {
      PostInSession(request, client, exchange, std::move(document), begins);
    }
  }

  /// Of the revision without a handshake.
  void PostAlone(const HttpRequest& request, const Client& client, ExchangeCore& exchange, json document,
                 const std::optional<std::string>& body_version) {
    const json* id = Member(document, "id");
    const json shown_id = id != nullptr && (id->is_string() || id->is_number_integer()) ? *id : json();
    if (id == nullptr && TextMember(&document, "method")) {
      const auto version = request.header(kVersionHeader);
      const bool known = version == kModernVersion;
      exchange.stream->Reply(known ? HttpReply{.status = 202}
                                   : ErrorReply(400, nullptr, UnsupportedVersion(version.value_or(""))));
      return;
    }
    try {
      if (!Member(document, "method")) throw ProtocolError{kInvalidRequest, "the body is one request or notification"};
      CheckHeaders(request, document, body_version);
      const auto version = request.header(kVersionHeader);
      if (!body_version && version != kModernVersion) throw UnsupportedVersion(*version);
    } catch (const ProtocolError& error) {
      exchange.stream->Reply(ErrorReply(400, shown_id, error));
      return;
    }
    exchange.stream->StatusOf(ModernStatus);
    exchange.connection.emplace(server_, client);
    exchange.connection->ReceiveDocument(
        std::move(document),
        [stream = exchange.stream](const json& message, bool last) { stream->Take(message, last); });
  }

  void PostInSession(const HttpRequest& request, const Client& client, ExchangeCore& exchange, json document,
                     bool begins) {
    std::shared_ptr<Connection> connection;
    std::string handle;
    if (begins) {
      connection = std::make_shared<Connection>(server_, client);
      handle = service::RandomHandle();
      exchange.stream->AddHeader("Mcp-Session-Id", handle);
      // Before the client can know of it.
      Open(handle, client, connection);
    } else {
      const auto named = request.header(kSessionHeader);
      if (!named) {
        exchange.stream->Reply(
            ErrorReply(400, nullptr,
                       {kInvalidRequest, "Mcp-Session-Id is missing: begin with initialize, or send " +
                                             std::string(kVersionKey) + " in _meta and in MCP-Protocol-Version"}));
        return;
      }
      connection = Find(*named, client);
      if (!connection) {
        exchange.stream->Reply(
            ErrorReply(404, nullptr, {kInvalidRequest, "there is no such session any more: begin with initialize"}));
        return;
      }
    }
    exchange.stream->StatusOf(HandshakeStatus);
    const Connection::Kind kind = connection->ReceiveDocument(
        std::move(document),
        [stream = exchange.stream](const json& message, bool last) { stream->Take(message, last); });
    if (kind == Connection::Kind::kNotification) exchange.stream->Reply({.status = 202});
    if (begins && connection->version().empty()) Delete(handle, client);
  }

  void Open(const std::string& handle, const Client& client, std::shared_ptr<Connection> connection) {
    std::vector<Session> gone;
    {
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      for (auto session = sessions_.begin(); session != sessions_.end();) {
        const bool over = now - session->second.used > options_.idle && session->second.connection->pending() == 0;
        if (over) gone.push_back(std::move(session->second));
        session = over ? sessions_.erase(session) : std::next(session);
      }
      if (sessions_.size() >= options_.sessions) {
        const auto oldest =
            std::ranges::min_element(sessions_, {}, [](const auto& session) { return session.second.used; });
        gone.push_back(std::move(oldest->second));
        sessions_.erase(oldest);
      }
      sessions_.emplace(handle, Session{client.owner, std::move(connection), now});
    }
    // Nobody waits for their answers in vain.
    for (const Session& session : gone) session.connection->Cancel();
  }

  std::shared_ptr<Connection> Find(const std::string& handle, const Client& client) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(handle);
    if (found == sessions_.end() || found->second.owner != client.owner) return nullptr;
    found->second.used = Clock::now();
    return found->second.connection;
  }

  bool Delete(const std::string& handle, const Client& client) {
    const auto connection = Find(handle, client);
    if (!connection) return false;
    {
      const std::lock_guard lock(mutex_);
      sessions_.erase(handle);
    }
    connection->Cancel();
    return true;
  }

  Server& server_;
  const HttpOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
};

}  // namespace internal

HttpExchange::HttpExchange(std::shared_ptr<internal::ExchangeCore> core) : core_(std::move(core)) {}
HttpExchange::~HttpExchange() = default;
HttpExchange::HttpExchange(HttpExchange&&) noexcept = default;
HttpExchange& HttpExchange::operator=(HttpExchange&&) noexcept = default;
void HttpExchange::KeepAlive() {
  if (core_) core_->stream->KeepAlive();
}

HttpEndpoint::HttpEndpoint(Server& server, HttpOptions options)
    : core_(std::make_unique<internal::EndpointCore>(server, options)) {}
HttpEndpoint::~HttpEndpoint() = default;
HttpExchange HttpEndpoint::Handle(const HttpRequest& request, const Client& client,
                                  std::shared_ptr<HttpAnswer> answer) {
  return HttpExchange(core_->Handle(request, client, std::move(answer)));
}
size_t HttpEndpoint::sessions() const { return core_->sessions(); }

}  // namespace goru::mcp
