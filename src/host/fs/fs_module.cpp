#include "host/fs/fs_module.hpp"
namespace goru::host::fs {
Expected<std::unique_ptr<Module>> CreateFsModule(const FsConfig& /*config*/, const FsLimits& /*limits*/) {
  return Error{ErrorKind::kUnavailable, "fs is not there yet"};
}
}  // namespace goru::host::fs
