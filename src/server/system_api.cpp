#include "server/system_api.hpp"

#include <utility>

#include "goru/version.hpp"
#include "server/openapi.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

Response Ok() {
  // No end of line: the peers' answer is these two letters.
  Response response = TextResponse(200, "");
  response.body = "ok";
  return response;
}

/// What the client's sessions may have, and what there is.
json LimitsJson(const Service& service, const Client& client) {
  json languages = json::array();
  for (const Language& language : Language::All()) {
    const bool first = Language::FromName(language.name()) == language;
    languages.push_back(first ? language.name() : language.name() + language.version());
  }
  return {{"version", Version()},
          {"languages", std::move(languages)},
          {"default_language", service.options.language.name()},
          {"session", ClientView(client.ceiling)},
          {"sessions", client.sessions},
          {"runs", client.runs},
          {"body_bytes", service.options.body_bytes}};
}

}  // namespace

void AddSystemApi(Router& router, Service& service, Metrics& metrics, const Jobs& jobs,
                  std::function<size_t()> connections) {
  using P = const PathParts&;
  using E = const ExchangePtr&;
  router.Add({.method = "GET", .pattern = "/health", .handle = [](E e, P) { e->Answer(Ok()); }, .open = true});
  router.Add(
      {.method = "GET",
       .pattern = "/ready",
       .handle = [&service](
                     E e, P) { e->Answer(service.draining ? TextResponse(503, "the server is about to end") : Ok()); },
       .open = true});
  router.Add({.method = "GET",
              .pattern = "/metrics",
              .handle =
                  [&service, &metrics, &jobs, connections = std::move(connections)](E e, P) {
                    Response response;
                    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                    response.body = metrics.Text({.executor = service.executor.Stats(),
                                                  .held_sessions = service.store.size(),
                                                  .jobs = jobs.running(),
                                                  .connections = connections()});
                    e->Answer(std::move(response));
                  },
              .slow = true});
  router.Add({.method = "GET", .pattern = "/v1/limits", .handle = [&service](E e, P) {
                e->Answer(JsonResponse(LimitsJson(service, *e->request.client)));
              }});
  router.Add({.method = "GET",
              .pattern = "/openapi.json",
              .handle =
                  [](E e, P) {
                    Response response;
                    response.body = OpenApiText();
                    e->Answer(std::move(response));
                  },
              .open = true});
}

}  // namespace goru::server
