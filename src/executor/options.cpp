#include "goru/options.hpp"

#include "host/surroundings.hpp"

namespace goru {

ExecutorOption WithExecutorConfig(ExecutorConfig config) {
  auto shared = std::make_shared<const ExecutorConfig>(std::move(config));
  return [shared](ExecutorConfig& out) { out = *shared; };
}
ExecutorOption WithRegistry(Registry registry) {
  return [registry = std::move(registry)](ExecutorConfig& config) { config.registry = registry; };
}
ExecutorOption WithMemoryLimit(size_t bytes) {
  return [bytes](ExecutorConfig& config) { config.session_limits.memory_bytes = bytes; };
}
ExecutorOption WithTimeout(std::chrono::nanoseconds timeout) {
  return [timeout](ExecutorConfig& config) { config.session_limits.timeout = timeout; };
}
ExecutorOption WithEngine(Engine engine) {
  return [engine](ExecutorConfig& config) { config.engine = engine; };
}
ExecutorOption WithDiskCache(std::string directory) {
  return [directory = std::move(directory)](ExecutorConfig& config) {
    config.disk_cache = true;
    config.cache_directory = directory;
  };
}
ExecutorOption WithoutDiskCache() {
  return [](ExecutorConfig& config) { config.disk_cache = false; };
}
ExecutorOption WithPrecompile(std::vector<Language> languages) {
  return [languages = std::move(languages)](ExecutorConfig& config) { config.precompile = languages; };
}
ExecutorOption WithWarmPool(size_t sandboxes) {
  return [sandboxes](ExecutorConfig& config) { config.limits.warm_sandboxes = sandboxes; };
}
ExecutorOption WithMaxSessions(size_t sessions) {
  return [sessions](ExecutorConfig& config) { config.limits.sessions = sessions; };
}
ExecutorOption WithTotalMemory(size_t bytes) {
  return [bytes](ExecutorConfig& config) { config.limits.memory_bytes = bytes; };
}
ExecutorOption WithMaxRuns(size_t runs) {
  return [runs](ExecutorConfig& config) { config.limits.runs = runs; };
}
ExecutorOption WithRunQueue(size_t length, std::chrono::nanoseconds longest_wait) {
  return [length, longest_wait](ExecutorConfig& config) {
    config.limits.queued_runs = length;
    config.limits.queue_wait = longest_wait;
  };
}
ExecutorOption WithHostMemory(size_t bytes) {
  return [bytes](ExecutorConfig& config) { config.limits.host_bytes = bytes; };
}
ExecutorOption WithHostThreads(size_t threads) {
  return [threads](ExecutorConfig& config) { config.limits.host_threads = threads; };
}
ExecutorOption WithImageDirectory(std::string directory) {
  return [directory = std::move(directory)](ExecutorConfig& config) { config.image_directory = directory; };
}
ExecutorOption WithPackages(std::string directory) {
  return [directory = std::move(directory)](ExecutorConfig& config) { config.packages.push_back(directory); };
}
ExecutorOption WithImage(std::string image) {
  return [image = std::move(image)](ExecutorConfig& config) { config.image_file = image; };
}
ExecutorOption WithProgress(std::function<void(std::string_view)> progress) {
  return [progress = std::move(progress)](ExecutorConfig& config) { config.progress = progress; };
}

ExecutorOption WithObserver(std::shared_ptr<Observer> observer) {
  return [observer = std::move(observer)](ExecutorConfig& config) { config.observer = observer; };
}

SessionOption WithSessionConfig(SessionConfig config) {
  auto shared = std::make_shared<const SessionConfig>(std::move(config));
  return [shared](SessionConfig& out) { out = *shared; };
}
SessionOption WithSessionTimeout(std::chrono::nanoseconds timeout) {
  return [timeout](SessionConfig& config) { config.limits.timeout = timeout; };
}
SessionOption WithSessionMemoryLimit(size_t bytes) {
  return [bytes](SessionConfig& config) { config.limits.memory_bytes = bytes; };
}
SessionOption WithSessionOutputLimit(size_t bytes) {
  return [bytes](SessionConfig& config) { config.limits.output_bytes = bytes; };
}
SessionOption WithSessionStopOnOutputLimit() {
  return [](SessionConfig& config) { config.limits.stop_on_output_limit = true; };
}
SessionOption WithSessionHostCallLimit(uint64_t calls) {
  return [calls](SessionConfig& config) { config.limits.host_calls = calls; };
}
SessionOption WithSessionHostCallsInFlight(size_t calls) {
  return [calls](SessionConfig& config) { config.limits.host_calls_in_flight = calls; };
}
SessionOption WithSessionHostMemoryLimit(size_t bytes) {
  return [bytes](SessionConfig& config) { config.limits.host_bytes = bytes; };
}
SessionOption WithSessionRegistry(Registry registry) {
  auto shared = std::make_shared<const Registry>(std::move(registry));
  return [shared](SessionConfig& config) { config.registry = shared; };
}
SessionOption WithSessionFunctions(std::vector<std::string> names) {
  auto shared = std::make_shared<const std::vector<std::string>>(std::move(names));
  return [shared](SessionConfig& config) { config.functions = shared; };
}

SessionOption WithSessionTenant(std::string name) {
  return [name = std::move(name)](SessionConfig& config) { config.tenant = name; };
}

SessionOption WithSessionAllowedHosts(std::vector<std::string> hosts) {
  return [hosts = std::move(hosts)](SessionConfig& config) {
    config.http.allowed_hosts.insert(config.http.allowed_hosts.end(), hosts.begin(), hosts.end());
  };
}
SessionOption WithSessionAllowedNetworks(std::vector<std::string> cidrs) {
  return [cidrs = std::move(cidrs)](SessionConfig& config) {
    config.http.allowed_networks.insert(config.http.allowed_networks.end(), cidrs.begin(), cidrs.end());
  };
}
SessionOption WithSessionHttpLimits(const HttpLimits& limits) {
  return [limits](SessionConfig& config) { config.limits.http = limits; };
}
SessionOption WithSessionSecret(std::string name, std::string value, std::vector<std::string> hosts) {
  return [secret = HttpSecret{std::move(name), std::move(value), std::move(hosts)}](SessionConfig& config) {
    config.http.secrets.push_back(secret);
  };
}
SessionOption WithSessionHttpCaFile(std::string path) {
  return [path = std::move(path)](SessionConfig& config) { config.http.ca_file = path; };
}
SessionOption WithSessionHttpProxy(std::string url) {
  return [url = std::move(url)](SessionConfig& config) { config.http.proxy = url; };
}
SessionOption WithSessionHttpProxyFromEnvironment() {
  return [](SessionConfig& config) { config.http.proxy_from_environment = true; };
}
SessionOption WithSessionHttpDowngrade() {
  return [](SessionConfig& config) { config.http.allow_downgrade = true; };
}
SessionOption WithSessionHttpAudit(HttpAudit audit) {
  return [audit = std::move(audit)](SessionConfig& config) { config.http.audit = audit; };
}

SessionOption WithSessionMount(std::string virtual_path, std::string host_path, MountMode mode) {
  return [mount = Mount{std::move(virtual_path), std::move(host_path), mode}](SessionConfig& config) {
    config.fs.mounts.push_back(mount);
  };
}
SessionOption WithSessionFsLimits(const FsLimits& limits) {
  return [limits](SessionConfig& config) { config.limits.fs = limits; };
}

SessionOption WithSessionScratch(size_t bytes) {
  return [bytes](SessionConfig& config) { config.scratch_bytes = bytes; };
}

SessionOption WithSessionTimers() {
  return [](SessionConfig& config) { config.timers = true; };
}
SessionOption WithSessionThreads() {
  return [](SessionConfig& config) { config.threads = true; };
}
SessionOption WithSessionNode() {
  return [](SessionConfig& config) { config.node = true; };
}
SessionOption WithSessionWeb() {
  return [](SessionConfig& config) { config.web = true; };
}
SessionOption WithSessionCompatibility() {
  return [](SessionConfig& config) {
    config.compatibility = true;
    host::ApplyCompatibility(config);
  };
}
SessionOption WithSessionEnvironment(std::string name, std::string value) {
  return
      [name = std::move(name), value = std::move(value)](SessionConfig& config) { config.environment[name] = value; };
}
SessionOption WithSessionKV() {
  return [](SessionConfig& config) { config.kv.enabled = true; };
}
SessionOption WithSessionKVStore(KVStore store) {
  return [store = std::move(store)](SessionConfig& config) {
    config.kv.enabled = true;
    config.kv.store = store;
  };
}
SessionOption WithSessionKVFile(std::string path) {
  return [path = std::move(path)](SessionConfig& config) {
    config.kv.enabled = true;
    config.kv.file = path;
  };
}
SessionOption WithSessionKVLimits(const KVLimits& limits) {
  return [limits](SessionConfig& config) { config.limits.kv = limits; };
}

SessionOption WithSessionPackages(std::string directory) {
  return
      [directory = std::move(directory)](SessionConfig& config) { config.packages.directories.push_back(directory); };
}
SessionOption WithAllowedPackages(std::vector<std::string> names) {
  return [names = std::move(names)](SessionConfig& config) {
    config.packages.allowed.insert(config.packages.allowed.end(), names.begin(), names.end());
  };
}
SessionOption WithAllowedPackageInstall() {
  return [](SessionConfig& config) { config.packages.allow_any = true; };
}
SessionOption WithSessionPackageLimits(const PackageLimits& limits) {
  return [limits](SessionConfig& config) { config.limits.packages = limits; };
}

}  // namespace goru
