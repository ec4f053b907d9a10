#include "mcp/tool_calls.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

#include "mcp/bytes.hpp"
#include "mcp/sandbox_description.hpp"
#include "mcp/tool_list.hpp"

namespace goru::mcp {
namespace {

using nlohmann::json;
using service::GoneText;

/// Of a list of files.
constexpr size_t kMostListed = 1'000;
/// What get_file hands over in one piece.
constexpr uint64_t kMostRead = uint64_t{4} << 20;

std::string Sentence(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kOverloaded:
      return "The server is busy: " + error.message + ". Try again in a moment.";
    case ErrorKind::kBusy:
      return "Another call of this session is under way: wait for its result.";
    case ErrorKind::kSessionClosed:
      return "The session has ended: start_session opens a new one.";
    default:
      return error.message;
  }
}

Language LanguageNamed(const std::string& name) {
  if (name == "python") return Python();
  if (name == "javascript") return JavaScript();
  if (name == "typescript") return TypeScript();
  throw ToolError{"argument language of start_session takes python, javascript or typescript"};
}

std::string GoneSentence(service::Gone gone) {
  std::string text(GoneText(gone));
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + " with start_session; variables and files of the old one are gone.";
}

}  // namespace

/// A run. What it holds goes in the reverse order: the call, whose end others may wait for, last.
struct ToolCalls::Job {
  std::shared_ptr<Call> call;
  RunPlace place;
  /// One of the two.
  service::SessionUse use;
  std::optional<goru::Session> own;

  // The analyzer takes a use that is there for one that holds nothing.
  // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn)
  goru::Session& session() { return use ? use->session : *own; }
};

bool ToolCalls::Knows(const std::string& tool, const SessionConfig& session) {
  static constexpr std::array<std::string_view, 6> kAlways = {"run_python",     "run_javascript", "start_session",
                                                              "run_in_session", "end_session",    "describe_sandbox"};
  static constexpr std::array<std::string_view, 3> kWithFiles = {"put_file", "get_file", "list_files"};
  if (std::ranges::find(kAlways, tool) != kAlways.end()) return true;
  return session.scratch_bytes > 0 && std::ranges::find(kWithFiles, tool) != kWithFiles.end();
}

void ToolCalls::Begin(const std::shared_ptr<Call>& call, const std::string& tool, json arguments) {
  if (call->stop().stop_requested()) return;
  try {
    Do(call, tool, std::move(arguments));
  } catch (const ToolError& error) {
    call->Answer(ToJson(Refusal(error.message), call->era()));
  } catch (const std::exception& error) {
    call->Fail({kInternalError, error.what()});
  }
}

void ToolCalls::Do(const std::shared_ptr<Call>& call, const std::string& tool, json arguments) {
  const bool files = call->client().session.scratch_bytes > 0;
  std::vector<std::string_view> run = {"code", "stdin", "timeout"};
  if (files) run.emplace_back("files");
  if (tool == "run_python") {
    RunOnce(call, Python(), "main.py", Arguments(tool, std::move(arguments), run));
  } else if (tool == "run_javascript") {
    run.emplace_back("typescript");
    const Arguments taken(tool, std::move(arguments), run);
    const bool typescript = taken.Switch("typescript");
    RunOnce(call, typescript ? TypeScript() : JavaScript(), typescript ? "main.ts" : "main.js", taken);
  } else if (tool == "run_in_session") {
    run.insert(run.begin(), "session_id");
    RunInSession(call, Arguments(tool, std::move(arguments), run));
  } else if (tool == "start_session") {
    StartSession(call, Arguments(tool, std::move(arguments), {"language"}));
  } else if (tool == "end_session") {
    EndSession(call, Arguments(tool, std::move(arguments), {"session_id"}));
  } else if (tool == "put_file") {
    PutFile(call, Arguments(tool, std::move(arguments), {"session_id", "path", "text", "base64"}));
  } else if (tool == "get_file") {
    GetFile(call, Arguments(tool, std::move(arguments), {"session_id", "path", "offset", "length"}));
  } else if (tool == "list_files") {
    ListFiles(call, Arguments(tool, std::move(arguments), {"session_id", "path"}));
  } else {
    const Arguments none(tool, std::move(arguments), {});
    call->Answer(ToJson(DescribeSandbox(call->client().session, options_.image_directory), call->era()));
  }
}

void ToolCalls::RunOnce(const std::shared_ptr<Call>& call, const Language& language, const std::string& name,
                        const Arguments& arguments) {
  auto session = executor_.NewSession(language, {WithSessionConfig(call->client().session)});
  if (!session) throw ToolError{Sentence(session.error())};
  auto job = std::make_shared<Job>();
  job->call = call;
  job->place.name = name;
  job->own = std::move(*session);
  Run(job, arguments);
}

void ToolCalls::RunInSession(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  auto job = std::make_shared<Job>();
  job->call = call;
  job->place.handle = arguments.Text("session_id");
  job->use = Find(*call, job->place.handle);
  job->place.name = job->use->NextRunName();
  Run(job, arguments);
}

void ToolCalls::Run(const std::shared_ptr<Job>& job, const Arguments& arguments) {
  const std::shared_ptr<Call>& call = job->call;
  const bool files = call->client().session.scratch_bytes > 0;
  const std::string code = arguments.Text("code");
  const std::string input = arguments.OptionalText("stdin").value_or("");
  RunOptions options;
  options.name = job->place.name;
  options.stdin_data = input;
  options.want_value = true;
  options.report_files = files;
  // What the code has registered for its end belongs to the one run.
  options.run_exit_handlers = job->own.has_value();
  options.stop = call->stop();
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): as above
  const auto most = job->use ? job->use->timeout : call->client().session.limits.timeout;
  const auto timeout = std::min(most, arguments.Time("timeout").value_or(most));
  options.timeout = timeout;
  if (call->wants_progress()) {
    // The job holds the call, and the run the job.
    Call* const told = call.get();
    options.on_stdout = [told](std::string_view piece) { told->Wrote(piece); };
    options.on_stderr = options.on_stdout;
  }
  if (files) {
    for (const FileArgument& file : arguments.Files("files")) {
      if (const auto written = job->session().WriteFile(file.path, file.bytes); !written) {
        throw ToolError{Sentence(written.error())};
      }
    }
  }
  call->Began(timeout);
  goru::Session& session = job->session();
  const auto started = session.RunAsync(code, options, [this, job](const Result& result) {
    try {
      ToolResult told = RunResult(result, job->session(), job->place, *job->call, options_, kept_);
      if (job->use) store_.Settle(*job->use);
      job->call->Answer(ToJson(std::move(told), job->call->era()));
    } catch (const std::exception& error) {
      job->call->Fail({kInternalError, error.what()});
    }
  });
  if (!started) throw ToolError{Sentence(started.error())};
}

void ToolCalls::StartSession(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  const Language language = LanguageNamed(arguments.Text("language"));
  const Client& client = call->client();
  auto use = store_.Open(client.owner, language, client.session, client.sessions);
  if (!use) throw ToolError{Sentence(use.error())};
  const auto idle = store_.limits().idle;
  ToolResult result;
  result.structured = {{"session_id", (*use)->handle},
                       {"language", language.name()},
                       {"expires_after_s", static_cast<double>(idle.count()) / 1e9}};
  result.content.push_back(TextBlock("session_id: " + (*use)->handle +
                                     "\nRun code in it with run_in_session. It expires " + TimeText(idle) +
                                     " after its last use."));
  call->Answer(ToJson(std::move(result), call->era()));
}

void ToolCalls::EndSession(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  auto job = std::make_shared<Job>();
  job->call = call;
  job->place.handle = arguments.Text("session_id");
  job->use = Find(*call, job->place.handle);
  const auto end = [this, job] {
    service::Gone gone = service::Gone::kUnknown;
    store_.End(job->call->client().owner, job->place.handle, gone);
    ToolResult result;
    result.structured = {{"ended", true}};
    result.content.push_back(TextBlock("The session has ended."));
    job->call->Answer(ToJson(std::move(result), job->call->era()));
  };
  // What its code has registered for its end runs on a thread that may wait for it.
  RunOptions options;
  options.run_exit_handlers = true;
  options.stop = call->stop();
  goru::Session& session = job->session();
  if (!session.RunAsync("", options, [end](const Result& /*result*/) { end(); })) end();
}

service::SessionUse ToolCalls::Find(const Call& call, const std::string& handle) {
  service::FoundSession found = store_.Find(call.client().owner, handle);
  if (!found.use) throw ToolError{GoneSentence(found.gone)};
  return std::move(found.use);
}

void ToolCalls::PutFile(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  const std::string path = arguments.Text("path");
  const std::string bytes = arguments.Bytes();
  const service::SessionUse use = Find(*call, arguments.Text("session_id"));
  if (const auto written = use->session.WriteFile(path, bytes); !written) throw ToolError{Sentence(written.error())};
  ToolResult result;
  result.structured = {{"path", path}, {"size", bytes.size()}};
  result.content.push_back(TextBlock("Written: " + path + " (" + SizeText(bytes.size()) + ")"));
  call->Answer(ToJson(std::move(result), call->era()));
}

void ToolCalls::GetFile(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  const std::string path = arguments.Text("path");
  const auto offset = arguments.Number("offset");
  const auto length = arguments.Number("length");
  const service::SessionUse use = Find(*call, arguments.Text("session_id"));
  const auto file = use->session.ReadFile(path);
  if (!file) throw ToolError{Sentence(file.error())};
  ToolResult result;
  result.structured = {{"path", path}, {"size", file->size()}, {"truncated", false}};
  const std::string_view image = ImageType(*file);
  if (!offset && !length && !image.empty() && file->size() <= options_.image_bytes) {
    result.content.push_back(ImageBlock(image, *file));
    call->Answer(ToJson(std::move(result), call->era()));
    return;
  }
  const size_t begin = std::min<uint64_t>(offset.value_or(0), file->size());
  const size_t most = std::min(length.value_or(options_.text_bytes), kMostRead);
  const std::string piece = file->substr(begin, most);
  const size_t end = begin + piece.size();
  result.structured["offset"] = begin;
  result.structured["truncated"] = end < file->size();
  const bool text = IsUtf8(piece);
  result.structured[text ? "text" : "base64"] = text ? piece : ToBase64(piece);
  std::string shown = result.structured[text ? "text" : "base64"];
  if (end < file->size()) {
    shown += "\n[" + std::to_string(file->size() - end) + " bytes more: go on with offset " + std::to_string(end) + "]";
  }
  result.content.push_back(TextBlock(std::move(shown)));
  call->Answer(ToJson(std::move(result), call->era()));
}

void ToolCalls::ListFiles(const std::shared_ptr<Call>& call, const Arguments& arguments) {
  const std::string path = arguments.OptionalText("path").value_or("/work");
  const std::string handle = arguments.Text("session_id");
  const service::SessionUse use = Find(*call, handle);
  const auto files = use->session.ListFiles(path);
  if (!files) throw ToolError{Sentence(files.error())};
  json list = json::array();
  std::string text;
  for (const FileInfo& file : *files) {
    if (file.is_dir) continue;
    if (list.size() == kMostListed) break;
    list.push_back({{"path", file.path}, {"size", file.size}, {"uri", SessionUri(handle, file.path)}});
    text += file.path + " (" + SizeText(file.size) + ")\n";
  }
  const bool truncated = list.size() == kMostListed;
  if (truncated) text += "[more are not listed: name a folder]\n";
  ToolResult result;
  result.structured = {{"files", std::move(list)}, {"truncated", truncated}};
  result.content.push_back(TextBlock(text.empty() ? "(no files)" : std::move(text)));
  call->Answer(ToJson(std::move(result), call->era()));
}

void ToolCalls::ReadResource(const std::shared_ptr<Call>& call, const std::string& uri) {
  const int code = call->era().modern ? kInvalidParams : kResourceNotFound;
  const ProtocolError gone = {code, "Resource not found", {{"uri", uri}}};
  try {
    constexpr std::string_view kSession = "goru://session/";
    constexpr std::string_view kKept = "goru://files/";
    const bool of_session = uri.starts_with(kSession);
    if (!of_session && !uri.starts_with(kKept)) return call->Fail(gone);
    const std::string_view rest = std::string_view(uri).substr(of_session ? kSession.size() : kKept.size());
    const size_t slash = rest.find('/');
    const auto path = DecodePath(rest.substr(std::min(slash, rest.size())));
    if (!path || path->empty()) return call->Fail(gone);
    const std::string handle(rest.substr(0, slash));
    std::optional<std::string> bytes;
    if (of_session) {
      const service::FoundSession found = store_.Find(call->client().owner, handle);
      if (!found.use) return call->Fail({code, std::string(GoneText(found.gone)), {{"uri", uri}}});
      auto read = found.use->session.ReadFile(*path);
      if (!read) return call->Fail({code, read.error().message, {{"uri", uri}}});
      bytes = std::move(*read);
    } else {
      bytes = kept_.Find(call->client().owner, handle, *path);
    }
    if (!bytes) return call->Fail(gone);
    json content = {{"uri", uri}, {"mimeType", MediaType(*path, *bytes)}};
    if (IsUtf8(*bytes)) {
      content["text"] = std::move(*bytes);
    } else {
      content["blob"] = ToBase64(*bytes);
    }
    call->Answer(Cacheable(call->era(), {{"contents", json::array({std::move(content)})}}, 0));
  } catch (const std::exception& error) {
    call->Fail({kInternalError, error.what()});
  }
}

}  // namespace goru::mcp
