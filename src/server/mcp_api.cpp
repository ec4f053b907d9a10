#include "server/mcp_api.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace goru::server {
namespace {

/// How often a request that is under way says that it is.
constexpr std::chrono::seconds kKeepAlive{15};

/// A request of the protocol while it is under way.
class Held {
 public:
  void Set(mcp::HttpExchange exchange) {
    const std::lock_guard lock(mutex_);
    if (!over_) exchange_.emplace(std::move(exchange));
  }
  /// Not to be called by the protocol's own thread.
  void Release() {
    std::optional<mcp::HttpExchange> released;
    const std::lock_guard lock(mutex_);
    over_ = true;
    released.swap(exchange_);
  }
  /// False: it is over.
  bool KeepAlive() {
    const std::lock_guard lock(mutex_);
    if (exchange_) exchange_->KeepAlive();
    return !over_;
  }

 private:
  std::mutex mutex_;
  bool over_ = false;
  std::optional<mcp::HttpExchange> exchange_;
};

Response ToResponse(mcp::HttpReply reply) {
  Response response;
  response.status = static_cast<unsigned>(reply.status);
  response.content_type.clear();
  response.body = std::move(reply.body);
  for (auto& [name, value] : reply.headers) {
    if (name == "Content-Type") {
      response.content_type = std::move(value);
    } else {
      response.headers.emplace_back(std::move(name), std::move(value));
    }
  }
  return response;
}

class Answer final : public mcp::HttpAnswer {
 public:
  Answer(Service& service, ExchangePtr exchange, std::shared_ptr<Held> held)
      : service_(service), exchange_(std::move(exchange)), held_(std::move(held)) {}

  void Reply(mcp::HttpReply reply) override {
    exchange_->Answer(ToResponse(std::move(reply)));
    Over();
  }
  void Begin(mcp::HttpReply head) override { exchange_->Begin(ToResponse(std::move(head))); }
  void Send(std::string bytes) override { exchange_->Send(bytes); }
  void End() override {
    exchange_->End();
    Over();
  }

 private:
  /// What is called here may not destroy what calls it.
  void Over() {
    service_.After(std::chrono::nanoseconds(0), [held = held_] { held->Release(); });
  }

  Service& service_;
  ExchangePtr exchange_;
  std::shared_ptr<Held> held_;
};

void KeepAlive(Service& service, const std::shared_ptr<Held>& held) {
  service.After(kKeepAlive, [&service, weak = std::weak_ptr(held)] {
    const auto strong = weak.lock();
    if (strong && strong->KeepAlive()) KeepAlive(service, strong);
  });
}

/// Models write ordinary programs.
mcp::Client ClientOf(const Service& service, const Client& client) {
  mcp::Client out;
  out.owner = client.name;
  out.session = client.ceiling;
  if (service.options.mcp_compatibility) WithSessionCompatibility()(out.session);
  out.sessions = client.sessions;
  return out;
}

void Handle(Service& service, mcp::HttpEndpoint& endpoint, const ExchangePtr& exchange) {
  const Request& request = exchange->request;
  if (request.method == "POST" && service.Refuses(exchange)) return;
  const auto held = std::make_shared<Held>();
  const mcp::HttpRequest asked{.method = request.method,
                               .header =
                                   [&request](std::string_view name) {
                                     std::optional<std::string> value;
                                     for (const auto& [key, text] : request.headers) {
                                       if (key == name) value = value ? *value + ", " + text : text;
                                     }
                                     return value;
                                   },
                               .body = request.body};
  held->Set(
      endpoint.Handle(asked, ClientOf(service, *request.client), std::make_shared<Answer>(service, exchange, held)));
  exchange->WhenGone([&service, weak = std::weak_ptr(held)] {
    service.After(std::chrono::nanoseconds(0), [weak] {
      if (const auto strong = weak.lock()) strong->Release();
    });
  });
  exchange->Keep(held);
  KeepAlive(service, held);
}

}  // namespace

void AddMcpApi(Router& router, Service& service, mcp::HttpEndpoint& endpoint) {
  for (const char* method : {"POST", "GET", "DELETE"}) {
    router.Add({.method = method,
                .pattern = "/mcp",
                .handle = [&service, &endpoint](const ExchangePtr& exchange, const PathParts& /*parts*/) {
                  Handle(service, endpoint, exchange);
                }});
  }
}

}  // namespace goru::server
