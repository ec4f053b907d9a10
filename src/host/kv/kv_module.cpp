#include "host/kv/kv_module.hpp"
namespace goru::host::kv {
Expected<std::unique_ptr<Module>> CreateKVModule(const KVConfig& /*config*/, const KVLimits& /*limits*/) {
  return Error{ErrorKind::kUnavailable, "kv is not there yet"};
}
}  // namespace goru::host::kv
