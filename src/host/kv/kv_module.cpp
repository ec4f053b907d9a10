#include "host/kv/kv_module.hpp"

#include <array>
#include <atomic>
#include <string>

namespace goru::host::kv {
namespace {

using guest::Reply;
using nlohmann::json;

Reply Failed(const Error& error) {
  if (error.kind == ErrorKind::kInvalidArgument) return Reply::Failed("ValueError", error.message);
  return Reply::Failed("OSError", error.message, {{"code", "ENOSPC"}});
}

Reply Malformed() { return Reply::Failed("TypeError", "the key must be a string"); }

const std::string* Text(const json& args, const char* name) {
  const auto found = args.find(name);
  return found != args.end() && found->is_string() ? &found->get_ref<const std::string&>() : nullptr;
}

Reply Get(KVStore& store, const json& args) {
  const std::string* key = Text(args, "key");
  if (key == nullptr) return Malformed();
  auto value = store.Get(*key);
  if (!value) return Failed(value.error());
  Reply reply;
  if (value->has_value()) reply.value = std::move(**value);
  return reply;
}

Reply Set(KVStore& store, const json& args) {
  const std::string* key = Text(args, "key");
  const std::string* value = Text(args, "value");
  if (key == nullptr || value == nullptr) return Malformed();
  const auto set = store.Set(*key, *value);
  return set ? Reply() : Failed(set.error());
}

Reply Delete(KVStore& store, const json& args) {
  const std::string* key = Text(args, "key");
  if (key == nullptr) return Malformed();
  const auto deleted = store.Delete(*key);
  return deleted ? Reply{true, *deleted} : Failed(deleted.error());
}

Reply Keys(KVStore& store, const json& /*args*/) {
  auto keys = store.Keys();
  return keys ? Reply{true, std::move(*keys)} : Failed(keys.error());
}

class KVModule final : public Module {
 public:
  explicit KVModule(KVStore store) : store_(std::move(store)) {
    Add(0, "get", Get);
    Add(1, "set", Set);
    Add(2, "delete", Delete);
    Add(3, "keys", Keys);
  }

  const Operation* Find(std::string_view method) const override {
    for (const auto& [name, operation] : methods_) {
      if (name == method) return &operation;
    }
    return nullptr;
  }

  void Close() noexcept override { closed_ = true; }

 private:
  struct Method {
    std::string_view name;
    Operation operation;
  };

  void Add(size_t at, std::string_view name, Reply (*function)(KVStore&, const json&)) {
    Operation operation;
    // A store in memory answers before a thread could take the call over.
    operation.blocking = store_.blocks() ? Blocking::kMayBlock : Blocking::kNever;
    operation.run = [this, function](const CallContext&, const json& args) {
      // A call that waited for a thread longer than its session lived.
      if (closed_) return Reply::Failed("HostError", "the session is closed");
      return function(store_, args);
    };
    methods_[at] = {name, std::move(operation)};
  }

  KVStore store_;
  std::atomic<bool> closed_ = false;
  std::array<Method, 4> methods_;
};

}  // namespace

Expected<std::unique_ptr<Module>> CreateKVModule(const KVConfig& config, const KVLimits& limits) {
  const auto make = [](KVStore store) { return std::unique_ptr<Module>(std::make_unique<KVModule>(std::move(store))); };
  if (config.store) return make(*config.store);
  if (config.file.empty()) return make(KVStore::InMemory(limits));
  auto store = KVStore::Open(config.file, limits);
  if (!store) return store.error();
  return make(std::move(*store));
}

}  // namespace goru::host::kv
