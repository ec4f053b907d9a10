#include <utility>

#include "server/v1_api.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

/// A path below the root, as the session's files have it: "work/a.txt" is /work/a.txt, "a.txt" as well.
std::string PathOf(const PathParts& parts) {
  const std::string& path = parts.at("path");
  return path.starts_with("work/") || path.starts_with("tmp/") ? "/" + path : path;
}

/// What a session's files answer: not there is 404 here.
Response FilesError(const Error& error) {
  if (error.kind == ErrorKind::kInvalidArgument && error.message.find("no such") != std::string::npos) {
    return ErrorResponse(404, "not_found", error.message);
  }
  return LibraryError(error);
}

void List(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  const auto use = FindSession(service, exchange, parts.at("id"));
  if (!use) return;
  const auto files = use->session.ListFiles();
  if (!files) return exchange->Answer(FilesError(files.error()));
  json list = json::array();
  for (const FileInfo& file : *files) {
    list.push_back({{"path", file.path}, {"is_dir", file.is_dir}, {"size", file.size}, {"mod_time", file.mod_time}});
  }
  exchange->Answer(JsonResponse({{"files", std::move(list)}}));
}

void Get(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  const auto use = FindSession(service, exchange, parts.at("id"));
  if (!use) return;
  auto bytes = use->session.ReadFile(PathOf(parts));
  if (!bytes) return exchange->Answer(FilesError(bytes.error()));
  Response response;
  response.content_type = "application/octet-stream";
  // A guest wrote it: no browser is to make anything of it.
  response.headers.emplace_back("Content-Disposition", "attachment");
  response.body = std::move(*bytes);
  exchange->Answer(std::move(response));
}

void Put(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  const auto use = FindSession(service, exchange, parts.at("id"));
  if (!use) return;
  const auto put = use->session.WriteFile(PathOf(parts), exchange->request.body);
  exchange->Answer(put ? NoContent() : FilesError(put.error()));
}

void Remove(Service& service, const ExchangePtr& exchange, const PathParts& parts) {
  const auto use = FindSession(service, exchange, parts.at("id"));
  if (!use) return;
  const auto removed = use->session.RemoveFile(PathOf(parts));
  exchange->Answer(removed ? NoContent() : FilesError(removed.error()));
}

}  // namespace

void AddFilesApi(Router& router, Service& service) {
  const auto add = [&](const char* method, const char* pattern, auto handle) {
    router.Add({.method = method,
                .pattern = pattern,
                .handle = [&service, handle](const ExchangePtr& exchange,
                                             const PathParts& parts) { handle(service, exchange, parts); },
                .slow = true});
  };
  add("GET", "/v1/sessions/{id}/files", List);
  add("GET", "/v1/sessions/{id}/files/{path...}", Get);
  add("PUT", "/v1/sessions/{id}/files/{path...}", Put);
  add("DELETE", "/v1/sessions/{id}/files/{path...}", Remove);
}

}  // namespace goru::server
