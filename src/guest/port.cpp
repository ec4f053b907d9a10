#include "guest/port.hpp"

namespace goru::guest {

nlohmann::json ToJson(const Job& job) {
  return {{"code", job.code},
          {"name", job.name},
          {"value", job.want_value},
          {"stdin", job.has_stdin},
          {"first", job.first}};
}

}  // namespace goru::guest
