// How an installation that was told to stop ends.
#pragma once

#include "goru/error.hpp"

namespace goru::packages {

inline Error Cancelled() {
  return Error{ErrorKind::kCancelled, "the installation was interrupted; nothing has changed"};
}

}  // namespace goru::packages
