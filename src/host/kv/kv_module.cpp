#include "host/kv/kv_module.hpp"

#include <atomic>
#include <string>

namespace goru::host::kv {
namespace {

using nlohmann::json;

[[noreturn]] void Fail(const Error& error) {
  if (error.kind == ErrorKind::kInvalidArgument) throw CallError("ValueError", error.message);
  throw CallError("OSError", error.message, "ENOSPC");
}

template <typename T>
T ValueOf(Expected<T> result) {
  if (!result) Fail(result.error());
  return std::move(*result);
}

const std::string& Text(const json& args, const char* name) {
  const auto found = args.find(name);
  if (found == args.end() || !found->is_string()) {
    throw CallError("TypeError", "the " + std::string(name) + " must be a string");
  }
  return found->get_ref<const std::string&>();
}

json Get(KVStore& store, const json& args) {
  auto value = ValueOf(store.Get(Text(args, "key")));
  return value ? json(std::move(*value)) : json();
}

json Set(KVStore& store, const json& args) {
  const auto set = store.Set(Text(args, "key"), Text(args, "value"));
  if (!set) Fail(set.error());
  return nullptr;
}

json Delete(KVStore& store, const json& args) { return ValueOf(store.Delete(Text(args, "key"))); }

json Keys(KVStore& store, const json& /*args*/) { return ValueOf(store.Keys()); }

class KVModule final : public Module {
 public:
  explicit KVModule(KVStore store) : store_(std::move(store)) {
    Add("get", Get);
    Add("set", Set);
    Add("delete", Delete);
    Add("keys", Keys);
  }

  void Close() noexcept override { closed_ = true; }

 private:
  void Add(const char* name, json (*function)(KVStore&, const json&)) {
    registry().Add(
        name,
        [this, function](const CallContext&, const json& args) {
          // A call that waited for a thread longer than its session lived.
          if (closed_) throw CallError("HostError", "the session is closed");
          return function(store_, args);
        },
        // A store in memory answers before a thread could take the call over.
        store_.blocks() ? Blocking::kMayBlock : Blocking::kNever);
  }

  KVStore store_;
  std::atomic<bool> closed_ = false;
};

Expected<std::unique_ptr<Module>> Create(const ModuleSetup& setup) {
  if (!setup.config.kv.enabled) return std::unique_ptr<Module>();
  return CreateKVModule(setup.config.kv, setup.config.limits.kv);
}

}  // namespace

Expected<std::unique_ptr<Module>> CreateKVModule(const KVConfig& config, const KVLimits& limits) {
  const auto make = [](KVStore store) { return std::unique_ptr<Module>(std::make_unique<KVModule>(std::move(store))); };
  if (config.store) return make(*config.store);
  if (config.file.empty()) return make(KVStore::InMemory(limits));
  auto store = KVStore::Open(config.file, limits);
  if (!store) return store.error();
  return make(std::move(*store));
}

constinit const ModuleKind module_kind = {.name = "kv", .shown = "kv", .how = "WithSessionKV (--kv)", .create = Create};

}  // namespace goru::host::kv
