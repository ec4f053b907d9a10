#include <mutex>
#include <utility>

#include "server/v1_api.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

bool WantsEvents(const Request& request, const RunRequest& run) {
  return run.stream || request.Header("accept").find("text/event-stream") != std::string_view::npos;
}

/// A run whose output goes out while it comes. The head is sent once the run is accepted, or with its first output,
/// whichever is first, so that a run that is refused gets a status of its own.
class Stream {
 public:
  explicit Stream(ExchangePtr exchange) : exchange_(std::move(exchange)) {}

  /// Further calls do nothing.
  void Begin() {
    std::call_once(begun_, [this] { SendHead(); });
  }

  void Output(bool is_stderr, std::string_view piece) {
    const std::string text = (is_stderr ? stderr_ : stdout_).Add(piece);
    if (!text.empty()) Tell(is_stderr, text);
  }

  void End(const Result& result, const RunContext& context) {
    for (const bool is_stderr : {false, true}) {
      const std::string rest = (is_stderr ? stderr_ : stdout_).Rest();
      if (!rest.empty()) Tell(is_stderr, rest);
    }
    Begin();
    exchange_->Send(EndEvents(result, context));
    exchange_->End();
  }

 private:
  void SendHead() {
    Response head;
    head.content_type = "text/event-stream";
    head.headers.emplace_back("Cache-Control", "no-store");
    // Proxies that gather what comes would hold output back.
    head.headers.emplace_back("X-Accel-Buffering", "no");
    exchange_->Begin(std::move(head));
    exchange_->Send(Event("start", {{"request_id", exchange_->request.id}}));
  }

  void Tell(bool is_stderr, const std::string& text) {
    Begin();
    exchange_->Send(Event(is_stderr ? "stderr" : "stdout", {{"text", text}}));
  }

  ExchangePtr exchange_;
  std::once_flag begun_;
  WholeCharacters stdout_;
  WholeCharacters stderr_;
};

void StartPlain(Service& service, const ExchangePtr& exchange, Run run) {
  const auto started = StartRun(service, std::move(run), [exchange](const Result& result, const RunContext& context) {
    exchange->NoteRun(result.status());
    exchange->Answer(RunResponse(result, context));
  });
  if (!started) exchange->Answer(LibraryError(started.error()));
}

void StartStream(Service& service, const ExchangePtr& exchange, Run run) {
  auto stream = std::make_shared<Stream>(exchange);
  // Output comes on the run's thread, and its end there too, so nothing of it needs a lock.
  run.on_stdout = [stream](std::string_view piece) { stream->Output(false, piece); };
  run.on_stderr = [stream](std::string_view piece) { stream->Output(true, piece); };
  const auto started =
      StartRun(service, std::move(run), [exchange, stream](const Result& result, const RunContext& context) {
        exchange->NoteRun(result.status());
        stream->End(result, context);
      });
  if (!started) return exchange->Answer(LibraryError(started.error()));
  stream->Begin();
}

void Start(Service& service, const ExchangePtr& exchange, Run run) {
  run.client = exchange->request.client;
  run.tag = exchange->request.id;
  run.stop = exchange->gone();
  if (WantsEvents(exchange->request, run.request)) {
    StartStream(service, exchange, std::move(run));
  } else {
    StartPlain(service, exchange, std::move(run));
  }
}

void RunOnce(Service& service, const ExchangePtr& exchange) {
  if (service.Refuses(exchange)) return;
  auto request = ReadRunRequest(exchange->request.body, {});
  if (!request) return exchange->Answer(LibraryError(request.error()));
  const Language language = request->language.value_or(service.options.language);
  service.WithLanguage(exchange, language, [&service, exchange, request = std::move(*request)] {
    auto run = FreshRun(service, exchange->request.client, request);
    if (!run) return exchange->Answer(LibraryError(run.error()));
    Start(service, exchange, std::move(*run));
  });
}

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

json SessionJson(const service::HeldInfo& info) {
  return {{"id", info.handle},
          {"language", info.language},
          {"opened", Seconds(info.opened.time_since_epoch())},
          {"idle_for", Seconds(info.idle_for)},
          {"expires_in", Seconds(info.expires_in)},
          {"in_use", info.in_use}};
}

void OpenSession(Service& service, const ExchangePtr& exchange) {
  if (service.Refuses(exchange)) return;
  auto document = ReadObject(exchange->request.body);
  if (!document) return exchange->Answer(LibraryError(document.error()));
  const auto wrong = [&exchange](const std::string& message) {
    exchange->Answer(LibraryError({ErrorKind::kInvalidArgument, message}));
  };
  Language language = service.options.language;
  std::optional<json> wanted;
  bool strict = false;
  for (auto& [key, value] : document->items()) {
    if (key == "language" && value.is_string()) {
      auto named = ReadLanguage(value.get<std::string>());
      if (!named) return exchange->Answer(LibraryError(named.error()));
      language = std::move(*named);
    } else if (key == "session" && value.is_object()) {
      wanted = value;
    } else if (key == "strict" && value.is_boolean()) {
      strict = value.get<bool>();
    } else if (!value.is_null()) {
      return wrong("a session takes language (a text), session (an object) and strict (true or false); not " +
                   json(key.substr(0, 64)).dump());
    }
  }
  service.WithLanguage(exchange, language, [&service, exchange, language, wanted, strict] {
    const Client& client = *exchange->request.client;
    std::vector<ConfigCut> cuts;
    auto config = SessionWithin(wanted, client.ceiling, strict, cuts);
    if (!config) return exchange->Answer(LibraryError(config.error()));
    const json granted = ClientView(*config);
    auto use = service.store.Open(client.name, language, *config, client.sessions);
    if (!use) return exchange->Answer(LibraryError(use.error()));
    json out = {{"id", (*use)->handle},
                {"language", language.name()},
                {"idle_timeout", Seconds(service.store.limits().idle)},
                {"life", Seconds(service.store.limits().life)},
                {"session", granted}};
    AddCuts(cuts, out);
    exchange->Answer(JsonResponse(out, 201));
  });
}

void ListSessions(Service& service, const ExchangePtr& exchange) {
  json list = json::array();
  for (const auto& info : service.store.List(exchange->request.client->name)) list.push_back(SessionJson(info));
  exchange->Answer(JsonResponse({{"sessions", std::move(list)}}));
}

void ShowSession(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  // Asking after a session is no use of it.
  for (const auto& info : service.store.List(exchange->request.client->name)) {
    if (info.handle == parts.at("id")) return exchange->Answer(JsonResponse(SessionJson(info)));
  }
  if (FindSession(service, exchange, parts.at("id"))) {
    exchange->Answer(GoneError(service::Gone::kUnknown));
  }
}

void RunInSession(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  if (service.Refuses(exchange)) return;
  auto use = FindSession(service, exchange, parts.at("id"));
  if (!use) return;
  auto request = ReadRunRequest(exchange->request.body, {.fresh = false});
  if (!request) return exchange->Answer(LibraryError(request.error()));
  Run run;
  run.use = std::make_shared<service::SessionUse>(std::move(use));
  run.request = std::move(*request);
  Start(service, exchange, std::move(run));
}

void EndSession(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  service::Gone gone = service::Gone::kUnknown;
  if (service.store.End(exchange->request.client->name, parts.at("id"), gone)) return exchange->Answer(NoContent());
  exchange->Answer(GoneError(gone));
}

}  // namespace

void AddRunApi(Router& router, Service& service) {
  using P = const PathParts&;
  using E = const ExchangePtr&;
  router.Add({.method = "POST", .pattern = "/v1/run", .handle = [&service](E e, P) { RunOnce(service, e); }});
  router.Add({.method = "POST", .pattern = "/v1/sessions", .handle = [&service](E e, P) { OpenSession(service, e); }});
  router.Add({.method = "GET", .pattern = "/v1/sessions", .handle = [&service](E e, P) { ListSessions(service, e); }});
  router.Add({.method = "GET", .pattern = "/v1/sessions/{id}", .handle = [&service](E e, P p) {
                ShowSession(service, e, p);
              }});
  // Closing a session runs what its code has registered for its end.
  router.Add({.method = "DELETE",
              .pattern = "/v1/sessions/{id}",
              .handle = [&service](E e, P p) { EndSession(service, e, p); },
              .slow = true});
  router.Add({.method = "POST", .pattern = "/v1/sessions/{id}/run", .handle = [&service](E e, P p) {
                RunInSession(service, e, p);
              }});
  router.Add({.method = "POST", .pattern = "/v1/sessions/{id}/interrupt", .handle = [&service](E e, P p) {
                const auto use = FindSession(service, e, p.at("id"));
                if (!use) return;
                use->session.Interrupt();
                e->Answer(NoContent());
              }});
}

}  // namespace goru::server
