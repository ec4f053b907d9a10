// A request and its response, whatever carries them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/tokens.hpp"
#include "server/trace.hpp"

namespace goru::server {

struct Route;

/// What the named parts of a path are: "id" of "/sessions/{id}".
using PathParts = std::map<std::string, std::string, std::less<>>;

struct Request {
  /// "GET".
  std::string method;
  /// As it was sent, without the query: "/v1/sessions/x/files/a%20b".
  std::string path;
  /// What the path has between slashes, decoded.
  std::vector<std::string> segments;
  std::map<std::string, std::string, std::less<>> query;
  /// Names in small letters.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// Unique; in the log and in the header X-Request-Id of the response.
  std::string id;
  /// Whose request it is; never null.
  std::shared_ptr<Client> client;
  TraceContext trace;
  /// The endpoint; null where the path or the method has none.
  const Route* route = nullptr;
  PathParts parts;

  /// The first header of this name, in small letters; empty where there is none.
  std::string_view Header(std::string_view name) const noexcept;
  /// Whether it has the header at all.
  bool HasHeader(std::string_view name) const noexcept;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Reads "/a/b%20c?x=1&y" into path, segments and query. False: it is malformed (no leading slash, a bad escape, a
/// decoded NUL, a segment that is "..").
bool ReadTarget(std::string_view target, Request& request);

/// {"error": {"kind": ..., "message": ...}}
Response ErrorResponse(unsigned status, std::string_view kind, std::string_view message);
/// 204: done, and nothing to say.
Response NoContent();
/// One line of plain text, as the endpoints without a version answer.
Response TextResponse(unsigned status, std::string_view line);

}  // namespace goru::server
