#include "mcp/tool_list.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace goru::mcp {
namespace {

using nlohmann::json;

json TextProperty(std::string_view description) { return {{"type", "string"}, {"description", description}}; }

json Object(json properties, const std::vector<std::string>& required) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", required}};
}

json Input(json properties, const std::vector<std::string>& required) {
  json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

json Type(std::string_view type) { return {{"type", type}}; }

/// What code finds, in a few words.
std::string Surroundings(const SessionConfig& session) {
  std::string text =
      "Limits: " + TimeText(session.limits.timeout) + ", " + SizeText(session.limits.memory_bytes) + " of memory. ";
  text += session.http.allowed_hosts.empty() ? "No network" : "Network: allowed hosts only";
  text += ", no processes; describe_sandbox has the details.";
  return text;
}

std::string FilesText() {
  return " Files: /work is the working directory; images left there are shown to you, other files come as text or "
         "resources.";
}

json StdinProperty() { return TextProperty("Standard input"); }

json TimeoutProperty(const SessionConfig& session) {
  return {{"type", {"number", "string"}},
          {"description", "Seconds, or \"500ms\"; at most, and by default, " + TimeText(session.limits.timeout)}};
}

json FilesProperty() {
  json file = Object({{"path", TextProperty("Relative to /work")},
                      {"text", TextProperty("Content")},
                      {"base64", TextProperty("Content, where it is not text")}},
                     {"path"});
  return {{"type", "array"}, {"items", std::move(file)}, {"description", "Files to put there before the code runs"}};
}

json RunInput(const SessionConfig& session, std::string_view code, bool typescript) {
  json properties = {{"code", TextProperty(code)}, {"stdin", StdinProperty()}, {"timeout", TimeoutProperty(session)}};
  if (session.scratch_bytes > 0) properties["files"] = FilesProperty();
  if (typescript) properties["typescript"] = {{"type", "boolean"}, {"description", "The code is TypeScript"}};
  return Input(std::move(properties), {"code"});
}

json FileOutput() {
  return Object({{"path", Type("string")}, {"size", Type("integer")}, {"uri", Type("string")}}, {"path", "size"});
}

json RunOutput() {
  json error = Object({{"kind", Type("string")},
                       {"type", Type("string")},
                       {"message", Type("string")},
                       {"line", Type("integer")},
                       {"traceback", Type("string")}},
                      {"kind", "message"});
  json usage = Object({{"duration_ms", Type("number")},
                       {"cpu_ms", Type("number")},
                       {"peak_memory_bytes", Type("integer")},
                       {"host_calls", Type("integer")}},
                      {});
  return Object({{"status", TextProperty("ok, or the error's kind")},
                 {"stdout", Type("string")},
                 {"stderr", Type("string")},
                 {"stdout_truncated", Type("boolean")},
                 {"stderr_truncated", Type("boolean")},
                 {"value", {{"description", "Of the last expression"}}},
                 {"value_repr", Type("string")},
                 {"error", std::move(error)},
                 {"exit_code", Type("integer")},
                 {"files", {{"type", "array"}, {"items", FileOutput()}}},
                 {"usage", std::move(usage)},
                 {"session_alive", Type("boolean")}},
                {"status", "stdout", "stderr", "stdout_truncated", "stderr_truncated", "exit_code", "files", "usage"});
}

/// A tool that touches nothing but its sandbox.
json Tool(std::string_view name, std::string_view title, std::string description, json input, json output,
          json annotations) {
  return {{"name", name},
          {"title", title},
          {"description", std::move(description)},
          {"inputSchema", std::move(input)},
          {"outputSchema", std::move(output)},
          {"annotations", std::move(annotations)}};
}

json Runs(const SessionConfig& session) {
  // What code can reach beyond its sandbox is what it was given.
  const bool reaches = !session.http.allowed_hosts.empty() || !session.fs.mounts.empty();
  return {
      {"readOnlyHint", !reaches}, {"destructiveHint", reaches}, {"openWorldHint", !session.http.allowed_hosts.empty()}};
}

json Changes() { return {{"readOnlyHint", false}, {"destructiveHint", false}, {"openWorldHint", false}}; }

json Reads() { return {{"readOnlyHint", true}, {"openWorldHint", false}}; }

json SessionProperty() { return TextProperty("What start_session returned"); }

}  // namespace

std::string TimeText(std::chrono::nanoseconds time) {
  std::array<char, 32> text{};
  if (time < std::chrono::seconds(1)) {
    std::snprintf(text.data(), text.size(), "%.4g ms", static_cast<double>(time.count()) / 1e6);
  } else if (time >= std::chrono::minutes(2)) {
    std::snprintf(text.data(), text.size(), "%.4g min", static_cast<double>(time.count()) / 6e10);
  } else {
    std::snprintf(text.data(), text.size(), "%.4g s", static_cast<double>(time.count()) / 1e9);
  }
  return text.data();
}

std::string SizeText(uint64_t bytes) {
  static constexpr std::array kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  while (size >= 1024 && unit + 1 < kUnits.size()) size /= 1024, ++unit;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.4g %s", size, kUnits.at(unit));
  return text.data();
}

json ToolList(const SessionConfig& session, const service::StoreLimits& store, const Era& era) {
  const bool files = session.scratch_bytes > 0;
  const std::string where = Surroundings(session) + (files ? FilesText() : "");
  json tools = json::array();
  tools.push_back(Tool("run_python", "Run Python",
                       "Run a Python 3.13 program in a fresh sandbox and see what it prints, and the value of its last "
                       "expression, as in a notebook. Nothing of it remains: for steps that build on each other, use "
                       "start_session. Standard library; packages as describe_sandbox lists them. " +
                           where,
                       RunInput(session, "The program", false), RunOutput(), Runs(session)));
  tools.push_back(
      Tool("run_javascript", "Run JavaScript",
           "Run a JavaScript program (ES2023 module, top-level await) in a fresh sandbox and see what "
           "console.log prints, and the value of its last expression. Nothing of it remains: for steps that "
           "build on each other, use start_session. " +
               where,
           RunInput(session, "The program", true), RunOutput(), Runs(session)));
  tools.push_back(
      Tool("start_session", "Start a session",
           "Start a sandbox that remembers variables, imports and files between runs. Returns its session_id for "
           "run_in_session. It expires " +
               TimeText(store.idle) + " after its last use; end_session frees it earlier.",
           Input({{"language", {{"type", "string"}, {"enum", {"python", "javascript", "typescript"}}}}}, {"language"}),
           Object({{"session_id", Type("string")}, {"language", Type("string")}, {"expires_after_s", Type("number")}},
                  {"session_id", "language"}),
           Changes()));
  json run = RunInput(session, "What to run next", false);
  run["properties"]["session_id"] = SessionProperty();
  run["required"] = {"session_id", "code"};
  tools.push_back(Tool("run_in_session", "Run in a session",
                       "Run code in a session, which knows what its earlier runs defined; otherwise as run_python and "
                       "run_javascript. After an error the session goes on; after a timeout it is gone.",
                       std::move(run), RunOutput(), Runs(session)));
  tools.push_back(Tool("end_session", "End a session", "End a session and free what it holds.",
                       Input({{"session_id", SessionProperty()}}, {"session_id"}),
                       Object({{"ended", Type("boolean")}}, {"ended"}), Changes()));
  if (files) {
    tools.push_back(Tool("put_file", "Put a file", "Write a file into a session, for its code to read.",
                         Input({{"session_id", SessionProperty()},
                                {"path", TextProperty("Relative to /work")},
                                {"text", TextProperty("Content")},
                                {"base64", TextProperty("Content, where it is not text")}},
                               {"session_id", "path"}),
                         Object({{"path", Type("string")}, {"size", Type("integer")}}, {"path", "size"}), Changes()));
    tools.push_back(Tool("get_file", "Get a file",
                         "Read a file of a session: text as it is, images to look at, other bytes in base64.",
                         Input({{"session_id", SessionProperty()},
                                {"path", TextProperty("Relative to /work")},
                                {"offset", {{"type", "integer"}, {"description", "Byte to begin at"}}},
                                {"length", {{"type", "integer"}, {"description", "Bytes at most"}}}},
                               {"session_id", "path"}),
                         Object({{"path", Type("string")},
                                 {"size", Type("integer")},
                                 {"offset", Type("integer")},
                                 {"text", Type("string")},
                                 {"base64", Type("string")},
                                 {"truncated", Type("boolean")}},
                                {"path", "size", "truncated"}),
                         Reads()));
    tools.push_back(Tool(
        "list_files", "List files", "List the files of a session.",
        Input({{"session_id", SessionProperty()}, {"path", TextProperty("A folder; default /work")}}, {"session_id"}),
        Object({{"files", {{"type", "array"}, {"items", FileOutput()}}}, {"truncated", Type("boolean")}}, {"files"}),
        Reads()));
  }
  tools.push_back(Tool("describe_sandbox", "Describe the sandbox",
                       "What code can use here: limits, languages, modules, packages, hosts, files.",
                       Input(json::object(), {}),
                       Object({{"languages", {{"type", "array"}, {"items", Type("object")}}},
                               {"limits", Type("object")},
                               {"python_packages", {{"type", "array"}, {"items", Type("string")}}},
                               {"hosts", {{"type", "array"}, {"items", Type("string")}}}},
                              {"languages", "limits", "python_packages", "hosts"}),
                       Reads()));
  if (!era.structured()) {
    for (json& tool : tools) {
      tool.erase("outputSchema");
      tool.erase("title");
      if (era.version < "2025-03-26") tool.erase("annotations");
    }
  }
  return tools;
}

std::string Instructions(const SessionConfig& session) {
  return "goru runs Python and JavaScript in sandboxes that reach nothing they were not given. Use run_python or "
         "run_javascript for one program, start_session and run_in_session where steps build on each other. "
         "Print what you want to see, or end with an expression. " +
         Surroundings(session);
}

}  // namespace goru::mcp
