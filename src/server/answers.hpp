// What comes of a run, as responses and events.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "goru/config.hpp"
#include "goru/result.hpp"
#include "goru/session.hpp"
#include "server/request.hpp"
#include "service/session_store.hpp"

namespace goru::server {

/// The status of a response that tells of an error of the library; 200 where it is the outcome of code that ran.
unsigned StatusOf(ErrorKind kind) noexcept;

/// Of the response to a handle that has no session: 404, or 410 where it had one.
unsigned StatusOf(service::Gone gone) noexcept;

/// The response to an error of the library, with Retry-After where trying again may help.
Response LibraryError(const Error& error);
/// The same as a line of plain text.
Response LibraryErrorText(const Error& error);
/// The response to a handle that has no session.
Response GoneError(service::Gone gone);

/// A value as the whole body.
Response JsonResponse(const nlohmann::json& value, unsigned status = 200);

/// Adds what was cut to an answer, where something was: {"cuts": [{"path", "message"}, ...]}.
void AddCuts(const std::vector<ConfigCut>& cuts, nlohmann::json& answer);

/// What a run is answered with besides its result.
struct RunContext {
  /// RunOptions::name: errors get the line of the program of this name.
  std::string name;
  std::vector<ConfigCut> cuts;
  /// Not null: the files that the run made or changed are read from it.
  const Session* files_from = nullptr;
};

/// goru::ToJson(result), with error.line, the contents of files, and what was cut.
nlohmann::json RunJson(const Result& result, const RunContext& context);
Response RunResponse(const Result& result, const RunContext& context);

/// A text that is JSON, bad UTF-8 replaced.
std::string Dump(const nlohmann::json& value);

/// One server-sent event (HTML Standard, 9.2) with JSON as its data.
std::string Event(std::string_view name, const nlohmann::json& data);
/// The events that end a run: value or error where there is one, then end.
std::string EndEvents(const Result& result, const RunContext& context);

/// Pieces of text as they come, so cut that none ends within a character of UTF-8.
class WholeCharacters {
 public:
  std::string Add(std::string_view piece);
  /// What is left, of a character that never ended.
  std::string Rest();

 private:
  std::string held_;
};

}  // namespace goru::server
