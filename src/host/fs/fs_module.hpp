// fs as guests see it: paths, modes, limits.
#pragma once

#include <memory>

#include "goru/error.hpp"
#include "goru/fs.hpp"
#include "goru/limits.hpp"
#include "host/fs/shared.hpp"
#include "host/module.hpp"

namespace goru::host::fs {

extern const ModuleKind module_kind;

/// What a session has of files: mounts, whose directories are opened, and scratch. kInvalidArgument: a mount is wrong;
/// the message says which and why.
Expected<std::shared_ptr<Shared>> OpenFiles(const FsConfig& config, const FsLimits& limits,
                                            std::shared_ptr<wasi::MemoryTree> scratch);

/// The module with the mounts of one session, whose directories it opens. kInvalidArgument: a mount is wrong; the
/// message says which and why.
Expected<std::unique_ptr<Module>> CreateFsModule(const FsConfig& config, const FsLimits& limits);

}  // namespace goru::host::fs
