#include "executor/outcome.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "support/json_check.hpp"

namespace goru::internal {
namespace {

using nlohmann::json;

std::string TextMember(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ErrorKind KindOf(const std::string& claimed, const Seen& seen) {
  if (claimed == "memory" && seen.memory_refused) return ErrorKind::kMemoryLimit;
  if (claimed == "call_limit" && seen.call_refused) return ErrorKind::kHostCallLimit;
  if (claimed == "interrupted" && seen.interrupt_requested) return ErrorKind::kCancelled;
  return ErrorKind::kGuestException;
}

RunError ReadError(const json& error, const Seen& seen) {
  RunError out;
  out.kind = KindOf(TextMember(error, "kind"), seen);
  out.type = TextMember(error, "type");
  out.message = TextMember(error, "message");
  out.traceback = TextMember(error, "traceback");
  out.reported = error.is_object() && error.value("reported", json()) == json(true);
  if (out.kind == ErrorKind::kCancelled) out.message = "the run was interrupted";
  return out;
}

}  // namespace

bool LeavesExitHandlers(const json& outcome) noexcept {
  if (!outcome.is_object()) return false;
  const auto found = outcome.find("exit_handlers");
  return found != outcome.end() && found->is_boolean() && found->get<bool>();
}

void ReadOutcome(const json& outcome, const Seen& seen, Result& result) {
  if (outcome.is_object() && outcome.contains("exit")) {
    const json& code = outcome["exit"];
    result.exit_code = code.is_number_integer() ? static_cast<int>(code.get<int64_t>() & 0xFF) : 1;
    result.error =
        RunError{ErrorKind::kExited, "", "the code exited with code " + std::to_string(result.exit_code), ""};
    return;
  }
  if (outcome.is_object() && outcome.contains("error")) {
    result.error = ReadError(outcome["error"], seen);
    return;
  }
  result.exit_code = 0;
  if (!outcome.is_object()) return;
  if (const auto value = outcome.find("value"); value != outcome.end() && value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    // Within the limits of a message: whoever reads the value may do so recursively.
    if (support::CheckJson(text)) result.value = text;
  }
  if (const auto repr = outcome.find("repr"); repr != outcome.end() && repr->is_string()) {
    result.value_repr = repr->get<std::string>();
  }
}

}  // namespace goru::internal
