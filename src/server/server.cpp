#include "server/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <optional>
#include <utility>

#include "server/access_log.hpp"
#include "server/compat_api.hpp"
#include "server/guard.hpp"
#include "server/listener.hpp"
#include "server/mcp_api.hpp"
#include "server/playground.hpp"
#include "server/router.hpp"
#include "server/span_exporter.hpp"
#include "server/system_api.hpp"
#include "server/tls.hpp"
#include "server/v1_api.hpp"
#include "service/random_handle.hpp"

namespace goru::server {
namespace {

namespace asio = boost::asio;

/// A larger body takes a while to read, which the event loop has not.
constexpr size_t kLargeBody = size_t{64} << 10;
/// Threads for what takes more than a moment: large bodies, files, closing sessions, loading languages.
constexpr size_t kWorkers = 2;
/// After runs have been told to end, until their answers are written.
constexpr std::chrono::seconds kLastAnswers{3};

std::shared_ptr<Client> Anybody(const ServeOptions& options) {
  auto client = std::make_shared<Client>();
  client->ceiling = options.config.session;
  client->sessions = options.store.per_owner;
  client->runs = options.runs_per_client;
  return client;
}

}  // namespace

class Server::Parts final : public Application {
 public:
  Parts(const ServeOptions& options, Executor& executor, Metrics& metrics)
      : options_(options),
        executor_(executor),
        metrics_(metrics),
        log_(options.log),
        store_(executor, options.store),
        jobs_(options.jobs, options.job_life),
        service_(
            executor, store_, options, [this](std::function<void()> work) { asio::post(workers_, std::move(work)); },
            [this](std::chrono::nanoseconds time, std::function<void()> work) { After(time, std::move(work)); }),
        listener_(loop_, *this, options),
        signals_(loop_, SIGINT, SIGTERM, SIGHUP) {
    AddCompatApi(router_, service_);
    AddRunApi(router_, service_);
    AddFilesApi(router_, service_);
    AddJobsApi(router_, service_, jobs_);
    AddSystemApi(router_, service_, metrics_, jobs_, [this] { return connections_.load(); });
    if (options.playground) AddPlayground(router_);
    if (options.mcp) {
      mcp::ServerOptions mcp_options;
      mcp_options.message_bytes = options.body_bytes;
      mcp_options.image_directory = options.config.executor.image_directory;
      mcp_.emplace(executor, store_, mcp_options);
      mcp_endpoint_.emplace(*mcp_, mcp::HttpOptions{.idle = options.store.idle});
      AddMcpApi(router_, service_, *mcp_endpoint_);
    }
    if (!options.otlp_endpoint.empty()) spans_.emplace(options.otlp_endpoint);
  }

  ~Parts() override {
    // What runs may call afterwards is about to go.
    executor_.Close();
    workers_.join();
    // Connections that were cut off refer to what is about to go as well.
    listener_.AbortAll();
    loop_.restart();
    while (listener_.connections() > 0 && loop_.poll() > 0) {
    }
  }

  Expected<void> Open() {
    std::optional<Tokens> tokens;
    if (!options_.token_file.empty()) {
      auto read = ReadTokens(nullptr);
      if (!read) return read.error();
      tokens = std::move(*read);
    }
    guard_ = std::make_unique<Guard>(Guard::Rules{.hostnames = options_.hostnames,
                                                  .cors_origins = options_.cors_origins,
                                                  .anybody = Anybody(options_),
                                                  .tls = !options_.tls_certificate.empty()},
                                     std::move(tokens));
    if (!options_.tls_certificate.empty()) {
      auto tls = ReadTls(options_.tls_certificate, options_.tls_key);
      if (!tls) return tls.error();
      listener_.SetTls(std::move(*tls));
    }
    if (auto opened = listener_.Open(); !opened) return opened;
    log_.Say("info", "listening on " + listener_.url());
    AwaitSignal();
    return {};
  }

  void Run() { loop_.run(); }

  // --- Application ---

  std::optional<Response> Screen(Request& request) override {
    request.id = service::RandomHandle();
    request.trace = ReadTraceParent(request.Header("traceparent"));
    connections_ = listener_.connections();
    if (auto preflight = guard_->Preflight(request)) return Refused(std::move(*preflight));
    Router::Match match = router_.Find(request);
    request.route = match.route;
    request.parts = std::move(match.parts);
    if (auto refusal = guard_->Refuse(request, request.route != nullptr && request.route->open)) {
      return Refused(std::move(*refusal));
    }
    if (request.route != nullptr) return std::nullopt;
    if (match.allowed.empty()) {
      return Refused(
          ErrorResponse(404, "not_found", "there is no endpoint of this path; /openapi.json names them all"));
    }
    Response response = ErrorResponse(405, "not_allowed", "this path takes " + match.allowed);
    response.headers.emplace_back("Allow", match.allowed);
    return Refused(std::move(response));
  }

  void Handle(const ExchangePtr& exchange) override {
    const auto handle = [exchange] { exchange->request.route->handle(exchange, exchange->request.parts); };
    const Request& request = exchange->request;
    if (request.route->slow || request.body.size() > kLargeBody) return service_.OffLoop(exchange, handle);
    try {
      handle();
    } catch (const std::exception& error) {
      exchange->Answer(ErrorResponse(500, "internal", error.what()));
    }
  }

  void Finish(const Request& request, Response& response) override {
    response.headers.emplace_back("X-Request-Id", request.id);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    if (request.HasHeader("traceparent")) response.headers.emplace_back("traceparent", request.trace.Header());
    guard_->AddCorsHeaders(request, response);
  }

  void Written(const Exchange& exchange, unsigned status, size_t bytes, bool complete) override {
    const Route* const endpoint = exchange.request.route;
    const std::string_view route = endpoint != nullptr ? std::string_view(endpoint->pattern) : std::string_view();
    const auto now = std::chrono::steady_clock::now();
    metrics_.Answered(exchange.request.method, route, status, now - exchange.began);
    log_.Request(exchange, status, bytes, complete);
    if (spans_) spans_->Add(exchange, route, status, now);
  }

  bool draining() const override { return ending_; }

 private:
  Response Refused(Response response) {
    metrics_.Refused(response.status);
    return response;
  }

  void After(std::chrono::nanoseconds time, std::function<void()> work) {
    auto timer = std::make_shared<asio::steady_timer>(loop_);
    // A timer belongs to the loop's thread.
    asio::post(loop_, [timer, time, work = std::move(work)]() mutable {
      timer->expires_after(time);
      timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& stopped) {
        if (!stopped) work();
      });
    });
  }

  Expected<Tokens> ReadTokens(const Tokens* earlier) {
    return Tokens::Read(
        options_.token_file,
        {.ceiling = options_.config.session, .sessions = options_.store.per_owner, .runs = options_.runs_per_client},
        earlier);
  }

  void AwaitSignal() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        Reload();
      } else {
        End(number);
      }
      AwaitSignal();
    });
  }

  /// What cannot be read leaves what there was.
  void Reload() {
    if (!options_.token_file.empty()) {
      auto tokens = ReadTokens(guard_->tokens().get());
      if (tokens) {
        log_.Say("info", "read " + std::to_string(tokens->size()) + " tokens again");
        guard_->ReplaceTokens(std::move(*tokens));
      } else {
        log_.Say("error", tokens.error().message + "; the tokens stay as they were");
      }
    }
    if (!options_.tls_certificate.empty()) {
      auto tls = ReadTls(options_.tls_certificate, options_.tls_key);
      if (tls) {
        listener_.SetTls(std::move(*tls));
        log_.Say("info", "read the certificate again");
      } else {
        log_.Say("error", tls.error().message + "; the certificate stays as it was");
      }
    }
  }

  void End(int signal) {
    if (service_.draining.exchange(true)) {
      // Whoever asks twice does not want to wait.
      log_.Say("warning", "told to end again: what was under way is not answered");
      loop_.stop();
      return;
    }
    log_.Say("info", std::string(signal == SIGINT ? "interrupted" : "told to end") + ": finishing what is under way");
    After(options_.shutdown_delay, [this] {
      ending_ = true;
      listener_.Drain(options_.shutdown_time + kLastAnswers, [this] { Stop(); });
      After(options_.shutdown_time, [this] {
        log_.Say("warning", "the time to end is over: runs are ended (--shutdown-timeout)");
        // Their results are answers too.
        asio::post(workers_, [this] { executor_.Close(); });
      });
    });
  }

  void Stop() { loop_.stop(); }

  const ServeOptions& options_;
  Executor& executor_;
  Metrics& metrics_;
  AccessLog log_;
  asio::io_context loop_{1};
  asio::thread_pool workers_{kWorkers};
  std::atomic<size_t> connections_{0};
  std::atomic<bool> ending_{false};
  service::SessionStore store_;
  Jobs jobs_;
  Service service_;
  std::optional<mcp::Server> mcp_;
  std::optional<mcp::HttpEndpoint> mcp_endpoint_;
  Router router_;
  std::unique_ptr<Guard> guard_;
  std::optional<SpanExporter> spans_;
  Listener listener_;
  asio::signal_set signals_;
};

Server::Server(const ServeOptions& options, Executor& executor, Metrics& metrics)
    : parts_(std::make_unique<Parts>(options, executor, metrics)) {}

Server::~Server() = default;

Expected<void> Server::Open() { return parts_->Open(); }

void Server::Run() { parts_->Run(); }

}  // namespace goru::server
