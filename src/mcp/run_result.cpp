#include "mcp/run_result.hpp"

#include <map>
#include <utility>
#include <vector>

#include "mcp/bytes.hpp"
#include "mcp/tool_list.hpp"
#include "service/error_line.hpp"

namespace goru::mcp {
namespace {

using nlohmann::json;

constexpr std::string_view kWork = "/work/";
/// Files that a result names.
constexpr size_t kMostFiles = 100;

double Milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

json ErrorObject(const RunError& error, const RunPlace& place, size_t most) {
  json out = {{"kind", ErrorKindName(error.kind)}, {"message", CutMiddle(error.message, most)}};
  if (!error.type.empty()) out["type"] = error.type;
  if (const auto line = service::ErrorLine(error.traceback, place.name)) out["line"] = *line;
  if (!error.traceback.empty()) out["traceback"] = CutMiddle(error.traceback, most);
  return out;
}

bool IsWholeNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The value into `structured`; returns what the text says of it.
std::string AddValue(const Result& result, size_t most, json& structured) {
  if (result.value && *result.value != "null") {
    if (result.value->size() <= most) {
      json value = json::parse(*result.value, nullptr, false);
      // JSON's readers make a rounded number of a large one.
      if (value.is_number_float() && IsWholeNumber(*result.value)) structured["value_repr"] = *result.value;
      if (!value.is_discarded()) structured["value"] = std::move(value);
      return *result.value;
    }
    structured["value_repr"] = CutMiddle(*result.value, most);
    return structured["value_repr"];
  }
  if (!result.value_repr) return {};
  structured["value_repr"] = CutMiddle(*result.value_repr, most);
  return structured["value_repr"];
}

void AddSection(std::string& text, std::string_view title, std::string_view body) {
  if (body.empty()) return;
  if (!text.empty() && text.back() != '\n') text += '\n';
  if (!title.empty()) text.append("[").append(title).append("]\n");
  text += body;
}

/// What goes into a result of the files that a run has left.
class LeftFiles {
 public:
  LeftFiles(const Session& session, const RunPlace& place, const Call& call, const ServerOptions& options)
      : session_(session), place_(place), call_(call), options_(options) {}

  void Add(const FileInfo& file) {
    if (file.is_dir || !file.path.starts_with(kWork) || file.path.find("/__pycache__/") != std::string::npos) return;
    if (list_.size() == kMostFiles) {
      ++omitted_;
      return;
    }
    json entry = {{"path", file.path}, {"size", file.size}};
    // Of those that stay where they are only what may be shown is looked at.
    const bool goes = place_.handle.empty();
    const bool reads = file.size <= (goes ? options_.kept_bytes : options_.image_bytes);
    auto bytes = reads ? session_.ReadFile(file.path) : Expected<std::string>(Error{});
    if (!place_.handle.empty()) {
      entry["uri"] = SessionUri(place_.handle, file.path);
      if (!bytes || !Show(file.path, *bytes, entry["uri"])) Link(file, entry["uri"], bytes ? *bytes : std::string());
    } else if (bytes && !Show(file.path, *bytes, KeptUri("", file.path)) &&
               kept_bytes_ + file.size <= options_.kept_bytes) {
      kept_bytes_ += file.size;
      kept_.emplace(file.path, std::move(*bytes));
    }
    list_.push_back(std::move(entry));
  }

  /// Keeps what would be gone.
  void Keep(KeptFiles& kept) {
    if (kept_.empty()) return;
    std::map<std::string, std::string> types;
    for (const auto& [path, bytes] : kept_) types[path] = MediaType(path, bytes);
    const std::string handle = kept.Keep(call_.client().owner, std::move(kept_));
    if (handle.empty()) return;
    for (json& entry : list_) {
      const auto type = types.find(entry["path"].get<std::string>());
      if (type == types.end()) continue;
      entry["uri"] = KeptUri(handle, type->first);
      blocks_.push_back(LinkBlock(type->first, entry["size"], entry["uri"], type->second));
    }
  }

  std::string Text() const {
    std::string text;
    for (const json& entry : list_) {
      text += entry["path"].get<std::string>() + " (" + SizeText(entry["size"].get<uint64_t>()) + ")\n";
    }
    if (omitted_ > 0) text += "and " + std::to_string(omitted_) + " more\n";
    return text;
  }
  json& list() { return list_; }
  json& blocks() { return blocks_; }

 private:
  static json LinkBlock(const std::string& path, const json& size, const json& uri, const std::string& type) {
    return {{"type", "resource_link"},
            {"uri", uri},
            {"name", path.substr(path.rfind('/') + 1)},
            {"mimeType", type},
            {"size", size}};
  }

  /// An image that is looked at, or text that is quoted. False: neither.
  bool Show(const std::string& path, const std::string& bytes, const json& uri) {
    if (const std::string_view type = ImageType(bytes); !type.empty()) {
      if (bytes.size() > options_.image_bytes || image_bytes_ + bytes.size() > options_.all_image_bytes) return false;
      image_bytes_ += bytes.size();
      blocks_.push_back(ImageBlock(type, bytes));
      return true;
    }
    const bool small = bytes.size() <= options_.embedded_bytes &&
                       embedded_bytes_ + bytes.size() <= options_.all_embedded_bytes && IsUtf8(bytes);
    if (!small) return false;
    embedded_bytes_ += bytes.size();
    blocks_.push_back(
        {{"type", "resource"}, {"resource", {{"uri", uri}, {"mimeType", MediaType(path, bytes)}, {"text", bytes}}}});
    return true;
  }

  void Link(const FileInfo& file, const json& uri, const std::string& bytes) {
    blocks_.push_back(LinkBlock(file.path, file.size, uri, MediaType(file.path, bytes)));
  }

  const Session& session_;
  const RunPlace& place_;
  const Call& call_;
  const ServerOptions& options_;
  json list_ = json::array();
  json blocks_ = json::array();
  std::map<std::string, std::string> kept_;
  size_t kept_bytes_ = 0;
  size_t image_bytes_ = 0;
  size_t embedded_bytes_ = 0;
  size_t omitted_ = 0;
};

/// What the model has to know to go on.
std::string Advice(const Result& result, const RunPlace& place) {
  std::string text;
  if (result.error) {
    switch (result.error->kind) {
      case ErrorKind::kTimeout:
        text = "The run was ended; what it had printed until then is above. ";
        break;
      case ErrorKind::kOverloaded:
        text = "Nothing was run: the server is busy. Try again in a moment. ";
        break;
      case ErrorKind::kBusy:
        text = "Nothing was run: another call of this session is under way. Wait for its result. ";
        break;
      default:
        break;
    }
  }
  if (!place.handle.empty() && !result.session_alive) {
    text += "The session has ended, and its variables and files are gone: start_session opens a new one. ";
  }
  return text;
}

}  // namespace

json TextBlock(std::string text) { return {{"type", "text"}, {"text", std::move(text)}}; }

json ImageBlock(std::string_view type, std::string_view bytes) {
  return {{"type", "image"}, {"data", ToBase64(bytes)}, {"mimeType", type}};
}

ToolResult Refusal(std::string message) {
  ToolResult result;
  result.content.push_back(TextBlock(std::move(message)));
  result.is_error = true;
  return result;
}

json ToJson(ToolResult result, const Era& era) {
  if (!era.structured()) {
    for (json& block : result.content) {
      if (block["type"] != "resource_link") continue;
      block = TextBlock(block["name"].get<std::string>() + ": " + block["uri"].get<std::string>());
    }
    result.structured = nullptr;
  }
  json out = {{"content", std::move(result.content)}, {"isError", result.is_error}};
  if (!result.structured.is_null()) out["structuredContent"] = std::move(result.structured);
  return out;
}

ToolResult RunResult(const Result& result, const Session& session, const RunPlace& place, const Call& call,
                     const ServerOptions& options, KeptFiles& kept) {
  const size_t most = options.text_bytes;
  ToolResult out;
  out.is_error = result.error && (result.error->kind != ErrorKind::kExited || result.exit_code != 0);
  json& structured = out.structured;
  structured = {
      {"status", result.status()},
      {"stdout", CutMiddle(result.stdout_text, most)},
      {"stderr", CutMiddle(result.stderr_text, most)},
      {"stdout_truncated", result.stdout_truncated || result.stdout_text.size() > most},
      {"stderr_truncated", result.stderr_truncated || result.stderr_text.size() > most},
      {"exit_code", result.exit_code},
      {"usage",
       {{"duration_ms", Milliseconds(result.duration)},
        {"cpu_ms", Milliseconds(result.usage.cpu_time)},
        {"peak_memory_bytes", result.usage.peak_memory_bytes},
        {"host_calls", result.usage.host_calls}}},
  };
  std::string text = structured["stdout"];
  if (result.stdout_truncated) AddSection(text, "the rest of the output was dropped: print less", "\n");
  AddSection(text, "stderr", structured["stderr"].get_ref<const std::string&>());
  AddSection(text, "value", AddValue(result, most, structured));
  if (result.error) {
    json error = ErrorObject(*result.error, place, most);
    const bool traced = error.contains("traceback");
    if (!result.error->reported) {
      std::string told = error[traced ? "traceback" : "message"];
      // A process that ends by its own will needs no words.
      if (out.is_error || traced) AddSection(text, "error: " + error["kind"].get<std::string>(), told);
    }
    structured["error"] = std::move(error);
  }
  if (!place.handle.empty()) structured["session_alive"] = result.session_alive;
  LeftFiles files(session, place, call, options);
  for (const FileInfo& file : result.files) files.Add(file);
  if (place.handle.empty()) files.Keep(kept);
  AddSection(text, "files", files.Text());
  AddSection(text, "note", Advice(result, place));
  if (text.empty()) text = "(no output)";
  out.content.push_back(TextBlock(std::move(text)));
  for (json& block : files.blocks()) out.content.push_back(std::move(block));
  structured["files"] = std::move(files.list());
  return out;
}

std::string SessionUri(std::string_view handle, std::string_view path) {
  return "goru://session/" + std::string(handle) + EncodePath(path);
}

std::string KeptUri(std::string_view handle, std::string_view path) {
  return "goru://files/" + std::string(handle) + EncodePath(path);
}

}  // namespace goru::mcp
