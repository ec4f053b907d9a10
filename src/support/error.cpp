#include "goru/error.hpp"

namespace goru {

std::string_view ErrorKindName(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kGuestException:
      return "guest_exception";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kMemoryLimit:
      return "memory_limit";
    case ErrorKind::kOutputLimit:
      return "output_limit";
    case ErrorKind::kHostCallLimit:
      return "host_call_limit";
    case ErrorKind::kCancelled:
      return "cancelled";
    case ErrorKind::kExited:
      return "exited";
    case ErrorKind::kTrap:
      return "trap";
    case ErrorKind::kSessionClosed:
      return "session_closed";
    case ErrorKind::kBusy:
      return "busy";
    case ErrorKind::kOverloaded:
      return "overloaded";
    case ErrorKind::kInvalidArgument:
      return "invalid_argument";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace goru
