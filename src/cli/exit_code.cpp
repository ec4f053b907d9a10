#include "exit_code.hpp"

namespace goru::cli {

int ExitCodeOf(const Result& result) {
  if (!result.error) return kOk;
  switch (result.error->kind) {
    case ErrorKind::kGuestException:
      return kGuestError;
    case ErrorKind::kTimeout:
      return kTimedOut;
    case ErrorKind::kMemoryLimit:
      return kOutOfMemory;
    case ErrorKind::kOutputLimit:
    case ErrorKind::kHostCallLimit:
      return kLimitReached;
    case ErrorKind::kCancelled:
      return kInterrupted;
    case ErrorKind::kExited:
      return result.exit_code & 0xFF;
    case ErrorKind::kTrap:
      return kTrapped;
    case ErrorKind::kInvalidArgument:
      return kUsage;
    case ErrorKind::kSessionClosed:
    case ErrorKind::kBusy:
    case ErrorKind::kOverloaded:
    case ErrorKind::kUnavailable:
    case ErrorKind::kInternal:
      break;
  }
  return kGoruFailed;
}

}  // namespace goru::cli
