#include "goru/result.hpp"

#include "support/utf8.hpp"

namespace goru {

nlohmann::json ToJson(const Result& result) {
  const auto text = [](const std::string& bytes) {
    return support::ToUtf8({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  };
  nlohmann::json out = {
      {"status", result.status()},
      {"stdout", text(result.stdout_text)},
      {"stderr", text(result.stderr_text)},
      {"output", text(result.output)},
      {"stdout_truncated", result.stdout_truncated},
      {"stderr_truncated", result.stderr_truncated},
      {"exit_code", result.exit_code},
      {"session_alive", result.session_alive},
      {"duration_ms", static_cast<double>(result.duration.count()) / 1e6},
      {"usage",
       {{"peak_memory_bytes", result.usage.peak_memory_bytes},
        {"queued_ms", static_cast<double>(result.usage.queued.count()) / 1e6},
        {"cpu_ms", static_cast<double>(result.usage.cpu_time.count()) / 1e6},
        {"host_calls", result.usage.host_calls},
        {"crossings", result.usage.crossings}}},
      {"error", nullptr},
      {"value", nullptr},
  };
  if (result.value) {
    auto value = nlohmann::json::parse(*result.value, nullptr, false);
    out["value"] = value.is_discarded() ? nlohmann::json(nullptr) : std::move(value);
  }
  if (result.value_repr) out["value_repr"] = text(*result.value_repr);
  for (const FileInfo& file : result.files) {
    out["files"].push_back({{"path", file.path}, {"size", file.size}, {"mod_time", file.mod_time}});
  }
  if (result.error) {
    out["error"] = {{"kind", ErrorKindName(result.error->kind)},
                    {"type", text(result.error->type)},
                    {"message", text(result.error->message)},
                    {"traceback", text(result.error->traceback)}};
    if (result.error->reported) out["error"]["reported"] = true;
  }
  return out;
}

}  // namespace goru
