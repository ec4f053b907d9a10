#include "guest/port.hpp"

namespace goru::guest {

nlohmann::json ToJson(const Job& job) {
  nlohmann::json out = {{"code", job.code},
                        {"name", job.name},
                        {"value", job.want_value},
                        {"stdin", job.has_stdin},
                        {"first", job.first}};
  // What a session does not have is not sent.
  if (job.timers) out["timers"] = true;
  if (job.threads) out["threads"] = true;
  if (job.node) out["node"] = true;
  if (job.web) out["web"] = true;
  if (job.interactive) out["interactive"] = true;
  if (!job.question.empty()) out["question"] = job.question;
  if (job.last) out["last"] = true;
  if (!job.arguments.empty()) out["arguments"] = job.arguments;
  if (job.environment != nullptr) out["environment"] = *job.environment;
  if (!job.files.empty()) out["files"] = job.files;
  return out;
}

}  // namespace goru::guest
