// What a guest says of its run, held against what the host saw of it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "goru/result.hpp"

namespace goru::internal {

/// What the host saw of a run itself.
struct Seen {
  /// The guest wanted more memory than its limit.
  bool memory_refused = false;
  /// It wanted to make more calls than it may.
  bool call_refused = false;
  /// Somebody asked for its end.
  bool interrupt_requested = false;
};

/// Fills in how the run ended. `outcome` is the guest's word and can be any JSON value (docs/GUEST_ABI.md, "outcome"):
/// a kind of error that only the host can grant is one where `seen` agrees, and else an exception of the code's own.
void ReadOutcome(const nlohmann::json& outcome, const Seen& seen, Result& result);

/// Whether the program has registered something for its end (RunOptions::run_exit_handlers) that has not run yet, as
/// the guest says.
bool LeavesExitHandlers(const nlohmann::json& outcome) noexcept;

}  // namespace goru::internal
