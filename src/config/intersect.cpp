#include <utility>

#include "config/tables.hpp"
#include "goru/config.hpp"

namespace goru {

Expected<Intersection> Intersect(SessionConfig wanted, const SessionConfig& ceiling) {
  Intersection out{std::move(wanted), {}};
  config::Cutting cutting{out.cuts};
  config::Object<SessionConfig>::Cut(out.config, ceiling, config::Place(""), cutting);
  if (cutting.error) return *cutting.error;
  return out;
}

Expected<SessionConfig> RequireWithin(SessionConfig wanted, const SessionConfig& ceiling) {
  auto cut = Intersect(std::move(wanted), ceiling);
  if (!cut) return cut.error();
  if (cut->cuts.empty()) return std::move(cut->config);
  std::string message;
  for (const ConfigCut& part : cut->cuts) {
    message += (message.empty() ? "" : "; ") + part.path + ": " + part.message;
  }
  return Error{ErrorKind::kInvalidArgument, std::move(message)};
}

}  // namespace goru
