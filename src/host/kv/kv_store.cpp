#include "goru/kv.hpp"
#include "host/kv/kv_backend.hpp"
#include "host/kv/memory_backend.hpp"
#include "host/kv/sqlite_backend.hpp"
#include "support/json_check.hpp"
#include "support/utf8.hpp"

namespace goru {
namespace {

Error Wrong(std::string message) { return Error{ErrorKind::kInvalidArgument, std::move(message)}; }

Expected<void> CheckOrigin(const internal::KVBackend& backend) {
  if (!backend.origin().forked()) return {};
  return Error{ErrorKind::kForked,
               "this process was forked from the one that opened the store; open it again in the child"};
}

Expected<void> CheckKey(std::string_view key, const KVLimits& limits) {
  if (key.empty()) return Wrong("the key is empty");
  if (key.size() > limits.key_bytes) {
    return Wrong("the key is longer than " + std::to_string(limits.key_bytes) + " bytes (WithSessionKVLimits)");
  }
  if (!support::IsUtf8(key)) return Wrong("the key is not UTF-8 text");
  return {};
}

Expected<void> CheckValue(std::string_view json, const KVLimits& limits) {
  if (json.size() > limits.value_bytes) {
    return Wrong("the value is larger than " + std::to_string(limits.value_bytes) +
                 " bytes of JSON (WithSessionKVLimits, --kv-max-value)");
  }
  const auto value = support::CheckJson(json);
  return value ? Expected<void>() : Wrong("the value cannot be kept: " + value.error().message);
}

}  // namespace

Expected<void> internal::CheckRoom(const KVLimits& limits, size_t entries, size_t bytes) {
  if (entries > limits.entries) {
    return Error{ErrorKind::kUnavailable, "the store is full: it takes " + std::to_string(limits.entries) +
                                              " entries (WithSessionKVLimits, --kv-max-entries)"};
  }
  if (bytes > limits.total_bytes) {
    return Error{ErrorKind::kUnavailable, "the store is full: it takes " + std::to_string(limits.total_bytes) +
                                              " bytes of keys and values (WithSessionKVLimits, --kv-max-total)"};
  }
  return {};
}

KVStore KVStore::InMemory(const KVLimits& limits) { return KVStore(internal::NewMemoryBackend(limits)); }

Expected<KVStore> KVStore::Open(const std::string& path, const KVLimits& limits) {
  auto backend = internal::OpenSqliteBackend(path, limits);
  if (!backend) return backend.error();
  return KVStore(std::move(*backend));
}

bool KVStore::blocks() const noexcept { return backend_->blocks(); }

Expected<std::optional<std::string>> KVStore::Get(std::string_view key) const {
  if (auto checked = CheckOrigin(*backend_); !checked) return checked.error();
  if (auto checked = CheckKey(key, backend_->limits()); !checked) return checked.error();
  return backend_->Get(key);
}

Expected<void> KVStore::Set(std::string_view key, std::string_view json) {
  if (auto checked = CheckOrigin(*backend_); !checked) return checked;
  if (auto checked = CheckKey(key, backend_->limits()); !checked) return checked;
  if (auto checked = CheckValue(json, backend_->limits()); !checked) return checked;
  return backend_->Set(key, json);
}

Expected<bool> KVStore::Delete(std::string_view key) {
  if (auto checked = CheckOrigin(*backend_); !checked) return checked.error();
  if (auto checked = CheckKey(key, backend_->limits()); !checked) return checked.error();
  return backend_->Delete(key);
}

Expected<std::vector<std::string>> KVStore::Keys() const {
  if (auto checked = CheckOrigin(*backend_); !checked) return checked.error();
  return backend_->Keys();
}

}  // namespace goru
