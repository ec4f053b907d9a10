#include "host/modules.hpp"

#include <array>
#include <string>
#include <utility>

#include "host/fs/fs_module.hpp"
#include "host/functions/functions_module.hpp"
#include "host/http/http_module.hpp"
#include "host/kv/kv_module.hpp"
#include "host/packages/packages_module.hpp"

namespace goru::host {
namespace {

constexpr std::array kKinds = {
    &http::module_kind, &fs::module_kind, &kv::module_kind, &packages::module_kind, &functions::module_kind,
};

}  // namespace

Expected<std::shared_ptr<const Modules>> Modules::Create(const ModuleSetup& setup) {
  auto modules = std::make_shared<Modules>();
  for (const ModuleKind* kind : kKinds) {
    auto module = kind->create(setup);
    if (!module) return module.error();
    modules->modules_.push_back(std::move(*module));
  }
  return std::shared_ptr<const Modules>(std::move(modules));
}

const Registry::Entry* Modules::Find(std::string_view name, guest::Reply& reply) const {
  name.remove_prefix(kReservedPrefix.size());
  const size_t dot = name.find('.');
  const std::string_view module = name.substr(0, dot);
  const std::string_view method = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  for (size_t i = 0; i < kKinds.size(); ++i) {
    const ModuleKind& kind = *kKinds[i];
    if (module != kind.name) continue;
    if (modules_[i] == nullptr) {
      reply = guest::Reply::Failed("PermissionError", std::string(kind.shown) +
                                                          " is not enabled in this sandbox; the host enables it with " +
                                                          std::string(kind.how));
      return nullptr;
    }
    if (const Registry::Entry* entry = modules_[i]->functions().Find(method)) return entry;
  }
  reply = guest::Reply::Failed("HostError", "malformed request");
  return nullptr;
}

void Modules::BeginRun() const {
  for (const auto& module : modules_) {
    if (module) module->BeginRun();
  }
}

void Modules::Close() const noexcept {
  for (const auto& module : modules_) {
    if (module) module->Close();
  }
}

}  // namespace goru::host
