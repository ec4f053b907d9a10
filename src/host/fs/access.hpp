// What every operation of fs works with.
#pragma once

#include <stop_token>

#include "goru/limits.hpp"
#include "goru/registry.hpp"
#include "host/fs/mount_table.hpp"
#include "host/fs/quota.hpp"

namespace goru::host::fs {

/// One call of a session. Refers to what its caller keeps.
struct Access {
  const MountTable& mounts;
  const FsLimits& limits;
  Quota& quota;
  /// Requested when the run ends.
  const std::stop_token& stop;
  /// What it reads counts before it is there.
  const CallContext& call;
};

}  // namespace goru::host::fs
