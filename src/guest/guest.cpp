#include "guest/guest.hpp"

namespace goru::guest {

nlohmann::json ToJson(const Job& job) {
  nlohmann::json out = {{"code", job.code},
                        {"name", job.name},
                        {"value", job.want_value},
                        {"stdin", job.has_stdin},
                        {"first", job.first}};
  if (!job.source_map.empty()) out["map"] = job.source_map;
  return out;
}

}  // namespace goru::guest
