// What goru's exit codes mean. --help and the README have the same table.
#pragma once

#include "goru/result.hpp"

namespace goru::cli {

enum ExitCode : int {
  kOk = 0,
  kGuestError = 1,
  kUsage = 2,
  kLimitReached = 123,
  // As timeout(1).
  kTimedOut = 124,
  kGoruFailed = 125,
  // As a shell reports the signals INT, ABRT, KILL and PIPE.
  kInterrupted = 130,
  kTrapped = 134,
  kOutOfMemory = 137,
  kBrokenPipe = 141,
};

/// The code that tells how a run ended; the guest's own where it asked to exit.
int ExitCodeOf(const Result& result);

}  // namespace goru::cli
