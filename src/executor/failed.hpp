// The result of a run that did not come to begin.
#pragma once

#include <utility>

#include "goru/error.hpp"
#include "goru/result.hpp"

namespace goru::internal {

inline Result Failed(Error error, bool session_alive) noexcept {
  Result result;
  result.error = RunError{error.kind, "", std::move(error.message), ""};
  result.exit_code = 1;
  result.session_alive = session_alive;
  return result;
}

}  // namespace goru::internal
