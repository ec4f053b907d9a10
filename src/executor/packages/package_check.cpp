#include "executor/packages/package_check.hpp"

#include <algorithm>

#include "executor/executor_core.hpp"
#include "executor/session_core.hpp"
#include "goru/language.hpp"
#include "host/wire_bytes.hpp"
#include "packages/cancelled.hpp"

namespace goru::internal {
namespace {

// Importing a large package without bytecode takes seconds; more than this is no import.
constexpr std::chrono::seconds kImportTime{60};
// The largest known packages take half of this.
constexpr std::chrono::minutes kCompileTime{10};
// What compiling the largest sources takes, which is more than running them.
constexpr size_t kMemory = size_t{1} << 30;

constexpr const char* kImportCode = R"(
import importlib
for name in call("modules"):
    call("importing", name=name)
    importlib.import_module(name)
)";

// Bytecode that is checked against its source by nobody: both came from one wheel and never change.
constexpr const char* kCompileCode = R"(
import _imp
import importlib._bootstrap_external as external

for name in call("sources"):
    path = "/packages/" + name
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        continue
    hashed = _imp.source_hash(external._RAW_MAGIC_NUMBER, source)
    call("compiled", source=name, data=external._code_to_hash_pyc(code, hashed, False))
)";

/// What went wrong, in one line of bounded length: it is the guest's text.
std::string Describe(const RunError& error) {
  std::string text = error.type.empty() ? error.message : error.type + ": " + error.message;
  constexpr size_t kLongest = 300;
  if (text.size() > kLongest) text.resize(kLongest);
  for (char& c : text) c = static_cast<unsigned char>(c) < ' ' || c == '\x7F' ? ' ' : c;
  return text;
}

}  // namespace

struct PackageCheck::Program {
  const char* code;
  std::vector<std::string> directories;
  Registry functions;
  std::chrono::nanoseconds time;
  /// In a sandbox that has nothing but these directories; else in one that starts from the executor's image.
  bool plain;
};

Expected<void> PackageCheck::Run(const Program& program) {
  const auto left = deadline_ - std::chrono::steady_clock::now();
  if (left <= std::chrono::nanoseconds::zero()) {
    return Error{ErrorKind::kTimeout, "the installation took too long; nothing has changed"};
  }
  SessionConfig config;
  config.limits.timeout = std::min<std::chrono::nanoseconds>(left, program.time);
  config.limits.memory_bytes = kMemory;
  constexpr uint64_t kCalls = 1'000'000;
  config.limits.host_calls = kCalls;
  config.registry = std::make_shared<const Registry>(program.functions);
  config.packages.directories = program.directories;
  auto session = executor_.NewSessionAside(language_, std::move(config), program.plain);
  if (!session) return session.error();
  const Result result = (*session)->Run(program.code, {.name = "<goru packages>", .stop = stop_});
  (*session)->Close();
  if (stop_.stop_requested()) return packages::Cancelled();
  if (!result.ok()) return Error{ErrorKind::kUnavailable, Describe(*result.error)};
  return {};
}

Expected<void> PackageCheck::Import(const std::vector<std::string>& directories,
                                    const std::vector<std::string>& modules) {
  std::string current;
  Program program{kImportCode, directories, {}, kImportTime, false};
  program.functions.Add(
      "modules", [&modules](const CallContext&, const nlohmann::json&) { return nlohmann::json(modules); },
      Blocking::kNever);
  program.functions.Add(
      "importing",
      [&current, &modules](const CallContext&, const nlohmann::json& args) {
        const std::string name = args.value("name", std::string());
        if (std::find(modules.begin(), modules.end(), name) != modules.end()) current = name;
        return nlohmann::json();
      },
      Blocking::kNever);
  auto ran = Run(program);
  if (!ran && ran.error().kind == ErrorKind::kUnavailable) {
    return Error{ran.error().kind, "importing " + current + " raised " + ran.error().message};
  }
  return ran;
}

Expected<void> PackageCheck::Compile(const std::string& directory, const std::vector<std::string>& sources,
                                     const Store& store) {
  if (sources.empty()) return {};
  bool refused = false;
  Program program{kCompileCode, {directory}, {}, kCompileTime, true};
  program.functions.Add(
      "sources", [&sources](const CallContext&, const nlohmann::json&) { return nlohmann::json(sources); },
      Blocking::kNever);
  program.functions.Add(
      "compiled",
      [&store, &refused](const CallContext&, const nlohmann::json& args) {
        const auto data = args.find("data");
        const auto bytecode = data != args.end() ? host::FromWire(*data) : std::nullopt;
        refused = refused || !bytecode || !store(args.value("source", std::string()), *bytecode);
        return nlohmann::json();
      },
      Blocking::kNever);
  auto ran = Run(program);
  if (!ran) return Error{ran.error().kind, "compiling failed: " + ran.error().message};
  if (refused) return Error{ErrorKind::kUnavailable, "the sandbox that compiles answered what nobody asked for"};
  return {};
}

}  // namespace goru::internal
