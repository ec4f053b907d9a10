#include "host/modules.hpp"

#include <string>
#include <utility>

#include "host/fs/fs_module.hpp"
#include "host/http/http_module.hpp"
#include "host/kv/kv_module.hpp"

namespace goru::host {
namespace {

struct Known {
  std::string_view name;
  /// What turns it on.
  std::string_view how;
};
constexpr Known kHttp = {"http", "WithSessionAllowedHosts (--allow-host HOST)"};
constexpr Known kFs = {"fs", "WithSessionMount (--mount VIRTUAL:HOST:ro)"};
constexpr Known kKV = {"kv", "WithSessionKV (--kv)"};
constexpr Known kPackages = {"install_pkg", "WithAllowedPackages (--allow-pkg NAME, --allow-pkg-install)"};

const Operation* Look(const Known& known, const Module* module, std::string_view method, guest::Reply& reply) {
  if (module == nullptr) {
    reply = guest::Reply::Failed("PermissionError", std::string(known.name) +
                                                        " is not enabled in this sandbox; the host enables it with " +
                                                        std::string(known.how));
    return nullptr;
  }
  const Operation* operation = module->Find(method);
  if (operation == nullptr) reply = guest::Reply::Failed("HostError", "malformed request");
  return operation;
}

}  // namespace

Expected<std::shared_ptr<const Modules>> Modules::Create(const SessionConfig& config,
                                                         const std::shared_ptr<http::HttpService>& service,
                                                         std::unique_ptr<Module> packages) {
  auto modules = std::make_shared<Modules>();
  modules->packages_ = std::move(packages);
  const bool wants_http = !config.http.allowed_hosts.empty();
  if (!wants_http && (!config.http.secrets.empty() || !config.http.allowed_networks.empty())) {
    return Error{
        ErrorKind::kInvalidArgument,
        "secrets and networks are of no use without a host to talk to (WithSessionAllowedHosts, --allow-host)"};
  }
  if (wants_http) {
    auto module = http::CreateHttpModule(config.http, config.limits.http, service);
    if (!module) return module.error();
    modules->http_ = std::move(*module);
  }
  if (!config.fs.mounts.empty()) {
    auto module = fs::CreateFsModule(config.fs, config.limits.fs);
    if (!module) return module.error();
    modules->fs_ = std::move(*module);
  }
  if (config.kv.enabled) {
    auto module = kv::CreateKVModule(config.kv, config.limits.kv);
    if (!module) return module.error();
    modules->kv_ = std::move(*module);
  }
  return std::shared_ptr<const Modules>(std::move(modules));
}

const Operation* Modules::Find(std::string_view name, guest::Reply& reply) const {
  name.remove_prefix(kReservedPrefix.size());
  const size_t dot = name.find('.');
  const std::string_view module = name.substr(0, dot);
  const std::string_view method = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  if (module == kHttp.name) return Look(kHttp, http_.get(), method, reply);
  if (module == kFs.name) return Look(kFs, fs_.get(), method, reply);
  if (module == kKV.name) return Look(kKV, kv_.get(), method, reply);
  if (module == "packages") return Look(kPackages, packages_.get(), method, reply);
  reply = guest::Reply::Failed("HostError", "malformed request");
  return nullptr;
}

void Modules::BeginRun() const {
  for (Module* module : {http_.get(), fs_.get(), kv_.get(), packages_.get()}) {
    if (module != nullptr) module->BeginRun();
  }
}

void Modules::Close() const noexcept {
  for (Module* module : {http_.get(), fs_.get(), kv_.get(), packages_.get()}) {
    if (module != nullptr) module->Close();
  }
}

}  // namespace goru::host
