#include "mcp/server.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "mcp/call.hpp"
#include "mcp/protocol.hpp"
#include "mcp/tool_calls.hpp"
#include "mcp/tool_list.hpp"
#include "mcp/workers.hpp"

namespace goru::mcp {
namespace internal {
namespace {

using nlohmann::json;

/// What describes goru changes with the server's flags only.
constexpr int kListTtl = 3'600'000;
constexpr size_t kMostBatched = 64;

}  // namespace

class ServerCore {
 public:
  ServerCore(Executor& executor, service::SessionStore& store, ServerOptions options)
      : options_(std::move(options)),
        store_(store),
        tools_(executor, store, options_),
        teller_([this] { TellForever(); }),
        workers_(options_.threads) {}

  ~ServerCore() {
    std::unique_lock lock(mutex_);
    // What is queued was cancelled with its connection.
    idle_.wait(lock, [this] { return under_way_ == 0; });
    closing_ = true;
    wake_.notify_all();
    lock.unlock();
    teller_.join();
  }
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  const ServerOptions& options() const noexcept { return options_; }
  const service::SessionStore& store() const noexcept { return store_; }
  ToolCalls& tools() noexcept { return tools_; }
  Workers& workers() noexcept { return workers_; }

  /// While one lives, something works at a call.
  std::shared_ptr<void> Alive() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
    return {this, [](void* core) { static_cast<ServerCore*>(core)->Gone(); }};
  }

  /// The call's client hears of its progress.
  void Tell(const std::shared_ptr<Call>& call) {
    const std::lock_guard lock(mutex_);
    told_.push_back(call);
    wake_.notify_all();
  }

 private:
  void Gone() {
    const std::lock_guard lock(mutex_);
    if (--under_way_ == 0) idle_.notify_all();
  }

  void TellForever() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return closing_ || !told_.empty(); });
      if (wake_.wait_for(lock, options_.progress_every, [this] { return closing_; })) return;
      std::vector<std::shared_ptr<Call>> calls;
      std::erase_if(told_, [&calls](const std::weak_ptr<Call>& told) {
        auto call = told.lock();
        if (!call) return true;
        calls.push_back(std::move(call));
        return false;
      });
      lock.unlock();
      for (const auto& call : calls) call->TellProgress();
      // Maybe the last that hold a call, whose end takes the mutex.
      calls.clear();
      lock.lock();
    }
  }

  const ServerOptions options_;
  service::SessionStore& store_;
  ToolCalls tools_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  size_t under_way_ = 0;
  bool closing_ = false;
  std::vector<std::weak_ptr<Call>> told_;
  std::thread teller_;
  Workers workers_;
};

class ConnectionCore : public std::enable_shared_from_this<ConnectionCore> {
 public:
  ConnectionCore(ServerCore* server, Client client, std::string version)
      : server_(server), client_(std::make_shared<const Client>(std::move(client))), version_(std::move(version)) {}

  Connection::Kind Receive(std::string_view text, const Sink& sink) {
    try {
      return ReceiveDocument(ParseMessage(text, server_->options().message_bytes), sink);
    } catch (const ProtocolError& error) {
      sink(ErrorMessage(nullptr, error), true);
      return Connection::Kind::kRefused;
    }
  }

  Connection::Kind ReceiveDocument(json document, const Sink& sink) {
    json id;
    try {
      if (document.is_array() && Era{false, version()}.batches()) return ReceiveBatch(std::move(document), sink);
      return ReceiveOne(std::move(document), id, sink);
    } catch (const ProtocolError& error) {
      sink(ErrorMessage(id, error), true);
      return Connection::Kind::kRefused;
    }
  }

  void Cancel() {
    std::vector<std::shared_ptr<Call>> calls;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, call] : calls_) calls.push_back(call);
    }
    for (const auto& call : calls) call->Cancel();
  }

  /// No sink is called any more when it has returned.
  void Close() {
    std::map<std::string, std::shared_ptr<Call>> calls;
    {
      const std::lock_guard lock(mutex_);
      calls.swap(calls_);
    }
    for (const auto& [id, call] : calls) call->Silence();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return ending_ == 0; });
  }

  bool Wait(std::chrono::nanoseconds most) {
    std::unique_lock lock(mutex_);
    const auto none = [this] { return calls_.empty() && ending_ == 0; };
    // The clock has an end.
    if (most > std::chrono::hours(24)) {
      idle_.wait(lock, none);
      return true;
    }
    return idle_.wait_for(lock, most, none);
  }

  size_t pending() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

  std::string version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  /// Throws ProtocolError where it is no message at all. `id`: of the message, as far as it has one.
  Connection::Kind ReceiveOne(json document, json& id, const Sink& sink) {
    Message message = ReadMessage(std::move(document), id);
    switch (message.kind) {
      case Message::Kind::kResponse:
        break;
      case Message::Kind::kNotification:
        if (message.method == "notifications/cancelled") CancelOne(message.params);
        break;
      case Message::Kind::kRequest:
        try {
          Request(message, sink);
        } catch (const ProtocolError& error) {
          sink(ErrorMessage(message.id, error), true);
        }
        return Connection::Kind::kRequest;
    }
    return Connection::Kind::kNotification;
  }

  /// Several messages at once: their responses come in one array, with the last of them.
  Connection::Kind ReceiveBatch(json batch, const Sink& sink) {
    if (batch.empty()) throw ProtocolError{kInvalidRequest, "a batch is not empty"};
    if (batch.size() > kMostBatched) {
      throw ProtocolError{kInvalidRequest, "a batch has at most " + std::to_string(kMostBatched) + " messages"};
    }
    struct Gathered {
      std::mutex mutex;
      json responses = json::array();
      size_t missing = 1;
      bool requests = false;
    };
    const auto gathered = std::make_shared<Gathered>();
    // Under a lock: the sink takes one message after the other.
    const auto end_one = [gathered, sink](json response) {
      const std::lock_guard lock(gathered->mutex);
      if (!response.is_null()) gathered->responses.push_back(std::move(response));
      if (--gathered->missing > 0 || !gathered->requests) return;
      sink(gathered->responses.empty() ? json() : std::move(gathered->responses), true);
    };
    for (json& document : batch) {
      {
        const std::lock_guard lock(gathered->mutex);
        ++gathered->missing;
      }
      json id;
      const Sink part = [gathered, sink, end_one](json message, bool last) {
        if (last) return end_one(std::move(message));
        const std::lock_guard lock(gathered->mutex);
        sink(std::move(message), false);
      };
      try {
        const bool is_request = document.is_object() && document.contains("method") && document.contains("id");
        if (is_request) gathered->requests = true;
        if (ReceiveOne(std::move(document), id, part) == Connection::Kind::kNotification) end_one(nullptr);
      } catch (const ProtocolError& error) {
        gathered->requests = true;
        end_one(ErrorMessage(id, error));
      }
    }
    const bool requests = gathered->requests;
    end_one(nullptr);
    return requests ? Connection::Kind::kRequest : Connection::Kind::kNotification;
  }

  void CancelOne(const json& params) {
    const auto id = params.find("requestId");
    if (id == params.end()) return;
    std::shared_ptr<Call> call;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(TextOf(*id));
      if (found == calls_.end()) return;
      call = found->second;
    }
    call->Cancel();
  }

  /// Throws ProtocolError.
  void Request(const Message& request, const Sink& sink) {
    const std::string& method = request.method;
    const auto answer = [&](json result) { sink(ResultMessage(request.id, std::move(result)), true); };
    if (method == "initialize" && !SaysRevision(request.params)) return answer(Initialize(request.params));
    const Era era = EraOf(request, version());
    if (method == "ping" && !era.modern) return answer(json::object());
    if (method == "server/discover" && era.modern) return answer(Discover(era));
    if (method == "tools/list") {
      RefuseCursor(request.params);
      return answer(Cacheable(era, {{"tools", ToolList(client_->session, server_->store().limits(), era)}}, kListTtl));
    }
    if (method == "resources/list") {
      RefuseCursor(request.params);
      // What there is, results name: others would see nothing in a list of it.
      return answer(Cacheable(era, {{"resources", json::array()}}, kListTtl));
    }
    if (method == "resources/templates/list") {
      RefuseCursor(request.params);
      return answer(Cacheable(era, {{"resourceTemplates", Templates()}}, kListTtl));
    }
    if (method == "tools/call") return CallTool(request, era, sink);
    if (method == "resources/read") return ReadResource(request, era, sink);
    if (method == "subscriptions/listen" && era.modern) return Listen(request, era, sink);
    throw ProtocolError{kMethodNotFound, "Method not found: " + method.substr(0, 100)};
  }

  json Initialize(const json& params) {
    const auto asked = params.find("protocolVersion");
    if (asked == params.end() || !asked->is_string()) {
      throw ProtocolError{kInvalidParams, "initialize needs protocolVersion, a string"};
    }
    std::string version = *asked;
    if (!IsHandshakeVersion(version)) version = kHandshakeVersion;
    {
      const std::lock_guard lock(mutex_);
      version_ = version;
    }
    return {{"protocolVersion", version},
            {"capabilities", Capabilities()},
            {"serverInfo", ServerInfo()},
            {"instructions", Instructions(client_->session)}};
  }

  json Discover(const Era& era) const {
    return Cacheable(era,
                     {{"supportedVersions", AllVersions()},
                      {"capabilities", Capabilities()},
                      {"instructions", Instructions(client_->session)}},
                     kListTtl);
  }

  static json Capabilities() { return {{"tools", json::object()}, {"resources", json::object()}}; }

  static json Templates() {
    return json::array({{{"uriTemplate", "goru://session/{session_id}{+path}"},
                         {"name", "session file"},
                         {"description", "A file of a session, by its absolute path such as /work/out.csv"}}});
  }

  static void RefuseCursor(const json& params) {
    if (params.contains("cursor")) throw ProtocolError{kInvalidParams, "there are no further pages"};
  }

  /// A call that is known by its id until it has ended.
  std::shared_ptr<Call> Open(const Message& request, const Era& era, const Sink& sink) {
    json token;
    if (const auto meta = request.params.find("_meta"); meta != request.params.end()) {
      const auto found = meta->find("progressToken");
      if (found != meta->end() && (found->is_string() || found->is_number_integer())) token = *found;
    }
    std::string key = TextOf(request.id);
    const std::lock_guard lock(mutex_);
    if (calls_.contains(key)) throw ProtocolError{kInvalidRequest, "a request of this id is under way"};
    if (calls_.size() >= server_->options().requests) {
      throw ProtocolError{kInternalError, "as many requests are under way as there may be (" +
                                              std::to_string(server_->options().requests) + "); wait for one"};
    }
    Call::Keeper keeper{
        .ending =
            [self = weak_from_this(), key](const Call& call) {
              const auto connection = self.lock();
              return connection && connection->Ending(key, call);
            },
        .ended =
            [self = weak_from_this()] {
              if (const auto connection = self.lock()) connection->Ended();
            },
    };
    auto call =
        std::make_shared<Call>(client_, era, request.id, std::move(token), sink, std::move(keeper), server_->Alive());
    calls_.emplace(std::move(key), call);
    return call;
  }

  bool Ending(const std::string& key, const Call& call) {
    std::shared_ptr<Call> kept;
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(key);
    if (found == calls_.end() || found->second.get() != &call) return false;
    kept = std::move(found->second);
    calls_.erase(found);
    ++ending_;
    return true;
  }

  void Ended() {
    const std::lock_guard lock(mutex_);
    --ending_;
    idle_.notify_all();
  }

  void CallTool(const Message& request, const Era& era, const Sink& sink) {
    const auto name = request.params.find("name");
    if (name == request.params.end() || !name->is_string()) {
      throw ProtocolError{kInvalidParams, "tools/call needs name, a string"};
    }
    const std::string tool = *name;
    if (!ToolCalls::Knows(tool, client_->session)) {
      throw ProtocolError{kInvalidParams, "Unknown tool: " + tool.substr(0, 100)};
    }
    json arguments = json::object();
    if (const auto given = request.params.find("arguments"); given != request.params.end() && !given->is_null()) {
      if (!given->is_object()) throw ProtocolError{kInvalidParams, "arguments of tools/call are an object"};
      arguments = *given;
    }
    const auto call = Open(request, era, sink);
    if (call->wants_progress()) server_->Tell(call);
    server_->workers().Do([server = server_, call, tool, arguments = std::move(arguments)]() mutable {
      server->tools().Begin(call, tool, std::move(arguments));
    });
  }

  void ReadResource(const Message& request, const Era& era, const Sink& sink) {
    const auto uri = request.params.find("uri");
    if (uri == request.params.end() || !uri->is_string()) {
      throw ProtocolError{kInvalidParams, "resources/read needs uri, a string"};
    }
    const auto call = Open(request, era, sink);
    server_->workers().Do(
        [server = server_, call, uri = uri->get<std::string>()] { server->tools().ReadResource(call, uri); });
  }

  /// Nothing that goru has changes while it runs: the stream stays open, and empty but for the acknowledgment.
  void Listen(const Message& request, const Era& era, const Sink& sink) {
    const auto filter = request.params.find("notifications");
    if (filter == request.params.end() || !filter->is_object()) {
      throw ProtocolError{kInvalidParams, "subscriptions/listen needs notifications, an object"};
    }
    const auto call = Open(request, era, sink);
    call->Notify(
        "notifications/subscriptions/acknowledged",
        {{"_meta", {{"io.modelcontextprotocol/subscriptionId", request.id}}}, {"notifications", json::object()}});
  }

  ServerCore* const server_;
  const std::shared_ptr<const Client> client_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::string version_;
  /// By the id's text.
  std::map<std::string, std::shared_ptr<Call>> calls_;
  /// Calls whose sinks get their last message now.
  size_t ending_ = 0;
};

}  // namespace internal

Server::Server(Executor& executor, service::SessionStore& store, ServerOptions options)
    : core_(std::make_unique<internal::ServerCore>(executor, store, std::move(options))) {}
Server::~Server() = default;
const ServerOptions& Server::options() const noexcept { return core_->options(); }

Connection::Connection(Server& server, Client client, std::string version)
    : core_(std::make_shared<internal::ConnectionCore>(server.core_.get(), std::move(client), std::move(version))) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(core_, other.core_);
  return *this;
}
Connection::~Connection() {
  if (core_) core_->Close();
}

Connection::Kind Connection::Receive(std::string_view text, const Sink& sink) { return core_->Receive(text, sink); }
Connection::Kind Connection::ReceiveDocument(nlohmann::json document, const Sink& sink) {
  return core_->ReceiveDocument(std::move(document), sink);
}
void Connection::Cancel() { core_->Cancel(); }
bool Connection::Wait(std::chrono::nanoseconds most) { return core_->Wait(most); }
size_t Connection::pending() const { return core_->pending(); }
std::string Connection::version() const { return core_->version(); }

}  // namespace goru::mcp
