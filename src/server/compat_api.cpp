#include "server/compat_api.hpp"

#include <utility>

namespace goru::server {
namespace {

using nlohmann::json;

struct Body {
  std::string code;
  std::string lang;
  std::optional<std::chrono::nanoseconds> timeout;
};

bool IsEmptyText(const json& value) { return value.is_string() && value.get_ref<const std::string&>().empty(); }

/// Members that these endpoints do not know are passed over, as they always were.
Expected<Body> ReadBody(const std::string& text, bool needs_code) {
  auto document = ReadObject(text);
  if (!document) return document.error();
  Body body;
  for (auto [name, out] : {std::pair("code", &body.code), std::pair("lang", &body.lang)}) {
    const auto at = document->find(name);
    if (at == document->end() || at->is_null()) continue;
    if (!at->is_string()) return Error{ErrorKind::kInvalidArgument, std::string(name) + " takes a text"};
    *out = at->get<std::string>();
  }
  if (needs_code && body.code.empty()) return Error{ErrorKind::kInvalidArgument, "code required"};
  const auto timeout = document->find("timeout");
  if (timeout != document->end() && !timeout->is_null() && !IsEmptyText(*timeout)) {
    auto time = ReadTime(*timeout, "timeout");
    if (!time) return time.error();
    body.timeout = *time;
  }
  return body;
}

/// What the error member says: what the language would print, or the limit that was met.
std::string ErrorText(const RunError& error) {
  if (!error.traceback.empty()) return error.traceback;
  return error.type.empty() ? error.message : error.type + ": " + error.message;
}

Response Answer(const Result& result) {
  if (result.error && StatusOf(result.error->kind) != 200)
    return LibraryErrorText({result.error->kind, result.error->message});
  json out = {{"output", result.output},
              {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(result.duration).count()}};
  const bool failed = result.error && (result.error->kind != ErrorKind::kExited || result.exit_code != 0);
  if (failed) out["error"] = ErrorText(*result.error);
  // Cut output is an error here: there is no other member to say it.
  if (!failed && (result.stdout_truncated || result.stderr_truncated)) {
    out["error"] = "the output went over its limit; the rest was dropped (--max-output)";
  }
  return JsonResponse(out);
}

void Start(Service& service, const ExchangePtr& exchange, Run run) {
  run.client = exchange->request.client;
  run.tag = exchange->request.id;
  run.stop = exchange->gone();
  const auto started =
      StartRun(service, std::move(run), [exchange](const Result& result, const RunContext& /*context*/) {
        exchange->NoteRun(result.status());
        exchange->Answer(Answer(result));
      });
  if (!started) exchange->Answer(LibraryErrorText(started.error()));
}

Expected<Language> LanguageOf(const Service& service, const Body& body) {
  return body.lang.empty() ? Expected<Language>(service.options.language) : ReadLanguage(body.lang);
}

void Execute(Service& service, const ExchangePtr& exchange) {
  if (service.Refuses(exchange)) return;
  auto body = ReadBody(exchange->request.body, true);
  if (!body) return exchange->Answer(LibraryErrorText(body.error()));
  auto language = LanguageOf(service, *body);
  if (!language) return exchange->Answer(LibraryErrorText(language.error()));
  service.WithLanguage(exchange, *language, [&service, exchange, body = std::move(*body), language = *language] {
    RunRequest request;
    request.code = body.code;
    request.language = language;
    request.timeout = body.timeout;
    auto run = FreshRun(service, exchange->request.client, std::move(request));
    if (!run) return exchange->Answer(LibraryErrorText(run.error()));
    Start(service, exchange, std::move(*run));
  });
}

void Open(Service& service, const ExchangePtr& exchange) {
  if (service.Refuses(exchange)) return;
  auto body = ReadBody(exchange->request.body, false);
  if (!body) return exchange->Answer(LibraryErrorText(body.error()));
  auto language = LanguageOf(service, *body);
  if (!language) return exchange->Answer(LibraryErrorText(language.error()));
  service.WithLanguage(exchange, *language, [&service, exchange, language = *language] {
    const Client& client = *exchange->request.client;
    auto use = service.store.Open(client.name, language, client.ceiling, client.sessions);
    if (!use) return exchange->Answer(LibraryErrorText(use.error()));
    exchange->Answer(JsonResponse({{"session_id", (*use)->handle}}));
  });
}

Response GoneLine(service::Gone gone) { return TextResponse(StatusOf(gone), service::GoneText(gone)); }

/// Without one the exchange is answered.
service::SessionUse Find(Service& service, const ExchangePtr& exchange, std::string_view id) {
  auto found = service.store.Find(exchange->request.client->name, id);
  if (!found.use) {
    exchange->Answer(GoneLine(found.gone));
  }
  return std::move(found.use);
}

void Exec(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  if (service.Refuses(exchange)) return;
  auto use = Find(service, exchange, parts.at("id"));
  if (!use) return;
  auto body = ReadBody(exchange->request.body, true);
  if (!body) return exchange->Answer(LibraryErrorText(body.error()));
  Run run;
  run.use = std::make_shared<service::SessionUse>(std::move(use));
  run.request.code = std::move(body->code);
  run.request.timeout = body->timeout;
  Start(service, exchange, std::move(run));
}

void Close(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  service::Gone gone = service::Gone::kUnknown;
  if (!service.store.End(exchange->request.client->name, parts.at("id"), gone)) {
    return exchange->Answer(GoneLine(gone));
  }
  exchange->Answer(NoContent());
}

}  // namespace

void AddCompatApi(Router& router, Service& service) {
  router.Add({.method = "POST",
              .pattern = "/execute",
              .handle = [&service](const ExchangePtr& exchange, const PathParts&) { Execute(service, exchange); }});
  router.Add({.method = "POST",
              .pattern = "/sessions",
              .handle = [&service](const ExchangePtr& exchange, const PathParts&) { Open(service, exchange); }});
  router.Add(
      {.method = "POST",
       .pattern = "/sessions/{id}/exec",
       .handle = [&service](const ExchangePtr& exchange, const PathParts& parts) { Exec(service, exchange, parts); }});
  // Closing a session runs what its code has registered for its end.
  router.Add(
      {.method = "DELETE",
       .pattern = "/sessions/{id}",
       .handle = [&service](const ExchangePtr& exchange, const PathParts& parts) { Close(service, exchange, parts); },
       .slow = true});
}

}  // namespace goru::server
