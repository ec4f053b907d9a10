#include "server/answers.hpp"

#include <algorithm>
#include <utility>

#include "mcp/bytes.hpp"
#include "server/base64.hpp"
#include "service/error_line.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

/// What one response holds of files. What is beyond is named, with its size, and left where it is.
constexpr size_t kFileBytes = size_t{16} << 20;

void AddContents(json& files, const Session& session) {
  size_t left = kFileBytes;
  for (json& file : files) {
    if (file["size"].get<uint64_t>() > left) {
      file["omitted"] = "the files of one response may have " + std::to_string(kFileBytes) + " bytes";
      continue;
    }
    const auto bytes = session.ReadFile(file["path"].get<std::string>());
    if (!bytes) {
      file["omitted"] = bytes.error().message;
    } else if (bytes->size() > left) {
      file["omitted"] = "it has grown meanwhile";
    } else {
      left -= bytes->size();
      if (mcp::IsUtf8(*bytes)) {
        file["text"] = *bytes;
      } else {
        file["base64"] = EncodeBase64(*bytes);
      }
    }
  }
}

/// Of a response that has an error of the library: the outcome of code that ran is none.
unsigned FailureStatus(const Error& error) {
  const unsigned status = StatusOf(error.kind);
  return status == 200 ? 500 : status;
}

Response SayWhenToRetry(Response response) {
  if (response.status == 429 || response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

unsigned StatusOf(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kOverloaded:
      return 429;
    case ErrorKind::kBusy:
      return 409;
    case ErrorKind::kSessionClosed:
      return 410;
    case ErrorKind::kInvalidArgument:
      return 400;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kInternal:
    case ErrorKind::kForked:
      return 500;
    default:
      return 200;
  }
}

unsigned StatusOf(service::Gone gone) noexcept { return gone == service::Gone::kUnknown ? 404 : 410; }

Response LibraryError(const Error& error) {
  return SayWhenToRetry(ErrorResponse(FailureStatus(error), ErrorKindName(error.kind), error.message));
}

Response LibraryErrorText(const Error& error) {
  return SayWhenToRetry(TextResponse(FailureStatus(error), error.message));
}

Response GoneError(service::Gone gone) {
  const unsigned status = StatusOf(gone);
  return ErrorResponse(status, status == 404 ? "not_found" : "gone", service::GoneText(gone));
}

Response JsonResponse(const json& value, unsigned status) {
  Response response;
  response.status = status;
  response.body = Dump(value) + "\n";
  return response;
}

void AddCuts(const std::vector<ConfigCut>& cuts, json& answer) {
  for (const ConfigCut& cut : cuts) answer["cuts"].push_back({{"path", cut.path}, {"message", cut.message}});
}

std::string Dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json RunJson(const Result& result, const RunContext& context) {
  json out = ToJson(result);
  if (result.error) {
    const auto line = service::ErrorLine(result.error->traceback, context.name);
    out["error"]["line"] = line ? json(*line) : json(nullptr);
  }
  if (context.files_from != nullptr) {
    json& files = out["files"];
    if (files.is_null()) files = json::array();
    AddContents(files, *context.files_from);
  }
  AddCuts(context.cuts, out);
  return out;
}

Response RunResponse(const Result& result, const RunContext& context) {
  if (result.error && StatusOf(result.error->kind) != 200) {
    return LibraryError({result.error->kind, result.error->message});
  }
  return JsonResponse(RunJson(result, context));
}

std::string Event(std::string_view name, const json& data) {
  return "event: " + std::string(name) + "\ndata: " + Dump(data) + "\n\n";
}

std::string EndEvents(const Result& result, const RunContext& context) {
  json out = RunJson(result, context);
  std::string events;
  for (const char* streamed : {"stdout", "stderr", "output"}) out.erase(streamed);
  if (!out["value"].is_null() || out.contains("value_repr")) {
    json value;
    if (!out["value"].is_null()) value["value"] = std::move(out["value"]);
    if (out.contains("value_repr")) value["repr"] = std::move(out["value_repr"]);
    events += Event("value", value);
  }
  out.erase("value");
  out.erase("value_repr");
  if (!out["error"].is_null()) events += Event("error", out["error"]);
  out.erase("error");
  return events + Event("end", out);
}

std::string WholeCharacters::Add(std::string_view piece) {
  std::string text = std::exchange(held_, {}) + std::string(piece);
  // How many bytes at the end begin a character that has more than are there.
  size_t back = 1;
  for (; back <= std::min<size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t length = byte >= 0xF8 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    if (length > back) {
      held_ = text.substr(text.size() - back);
      text.resize(text.size() - back);
    }
    break;
  }
  return text;
}

std::string WholeCharacters::Rest() { return std::exchange(held_, {}); }

}  // namespace goru::server
