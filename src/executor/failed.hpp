// Errors of the host as the result of a run.
#pragma once

#include <utility>

#include "goru/error.hpp"
#include "goru/result.hpp"

namespace goru::internal {

/// An error of the host's own.
inline RunError ToRunError(Error error) noexcept { return RunError{error.kind, "", std::move(error.message), ""}; }

inline Result Failed(Error error, bool session_alive) noexcept {
  Result result;
  result.error = ToRunError(std::move(error));
  result.exit_code = 1;
  result.session_alive = session_alive;
  return result;
}

}  // namespace goru::internal
