#include "executor/executor_core.hpp"

#include <algorithm>
#include <cstdint>

#include "executor/packages/session_packages.hpp"
#include "executor/session_core.hpp"
#include "guest/image_directory.hpp"

namespace goru::internal {

namespace {

/// How messages call a limit of what the host holds.
std::string HostMemoryName(size_t bytes, const char* whose, const char* options) {
  constexpr size_t kKiB = 1024;
  const bool small = bytes < kKiB * kKiB;
  return "the " + std::to_string(small ? bytes / kKiB : bytes / kKiB / kKiB) + (small ? " KiB" : " MiB") +
         " that the host may hold for " + whose + " (" + options + ")";
}

/// What a message may have at most when the modules' own limits are used to the full. Bytes and text cross as they are.
size_t LargestMessage(const Limits& limits) {
  // Names, paths, and the heads of values.
  constexpr size_t kMargin = size_t{64} << 10;
  // A header of four bytes becomes a list of two texts.
  constexpr size_t kHeader = 8;
  const size_t fs = std::max(limits.fs.read_bytes, limits.fs.write_bytes) + limits.fs.path_bytes;
  const size_t http = std::max(limits.http.request_body_bytes, limits.http.response_body_bytes) +
                      limits.http.url_bytes + kHeader * limits.http.header_bytes;
  const size_t kv = limits.kv.value_bytes + limits.kv.key_bytes;
  // Sizes in messages have 32 bits, and guests count them with a sign.
  return std::min<size_t>(std::max({fs, http, kv}) + kMargin, INT32_MAX);
}

}  // namespace

ExecutorCore::ExecutorCore(ExecutorConfig config)
    : config_(std::move(config)),
      registry_(std::make_shared<const Registry>(config_.registry)),
      http_service_(host::http::CreateHttpService()),
      memory_(std::make_shared<support::ByteBudget>(
          config_.limits.host_bytes,
          HostMemoryName(config_.limits.host_bytes, "all sessions of this executor", "WithHostMemory"))),
      call_watch_(std::make_shared<host::CallWatch>(config_.observer)),
      workers_(config_.limits.host_threads),
      installers_(std::make_shared<host::WorkerPool>(config_.limits.installs)) {}

Expected<std::shared_ptr<ExecutorCore>> ExecutorCore::Create(ExecutorConfig config) {
  // Starts the thread that no run can do without.
  std::shared_ptr<ExecutorCore> core(new ExecutorCore(std::move(config)));
  auto loader = guest::Loader::Create({core->config_.disk_cache, core->config_.cache_directory});
  if (!loader) return loader.error();
  core->loader_ = std::move(*loader);
  for (const std::string& directory : core->config_.packages) {
    auto opened = OpenPackages(directory);
    if (!opened) return opened.error();
    core->packages_.push_back(std::move(*opened));
  }
  for (const Language& language : core->config_.precompile) {
    auto pool = core->Pool(language, false);
    if (!pool) return pool.error();
  }
  return core;
}

ExecutorCore::~ExecutorCore() { Close(); }

Expected<std::shared_ptr<SandboxPool>> ExecutorCore::Pool(const Language& language, bool plain) {
  const std::lock_guard lock(load_mutex_);
  // Without an image of the caller's both are the same.
  const std::pair key(language, plain && !config_.image_file.empty());
  if (const auto found = pools_.find(key); found != pools_.end()) return found->second;
  auto pool = Load(language, plain);
  if (pool) pools_[key] = *pool;
  return pool;
}

Expected<std::shared_ptr<const guest::ImageFile>> ExecutorCore::OpenImage(const Language& language, bool plain) const {
  if (!plain && !config_.image_file.empty()) {
    auto image = loader_->Open(config_.image_file);
    if (!image) return image;
    const guest::ImageInfo& info = (*image)->info();
    if (info.language == language.name() && !info.version.starts_with(language.version())) {
      return Error{ErrorKind::kInvalidArgument,
                   config_.image_file + " is an image of " + info.language + " " + info.version + ", not " +
                       language.version() + "; choose that version with -l, or build the image again for this one"};
    }
    if (info.language == language.name()) return image;
  }
  const auto path = guest::FindImage(config_.image_directory, language.image());
  if (!path) return path.error();
  return loader_->Open(*path);
}

Expected<std::shared_ptr<SandboxPool>> ExecutorCore::Load(const Language& language, bool plain) {
  auto image = OpenImage(language, plain);
  if (!image) return image.error();
  auto factory = loader_->Load(**image, config_.progress);
  if (!factory) return factory.error();
  return std::make_shared<SandboxPool>(std::move(*factory), config_.limits.warm_sandboxes, language, config_.observer);
}

Expected<std::shared_ptr<SessionCore>> ExecutorCore::NewSession(const Language& language, SessionConfig config,
                                                                bool plain) {
  if (config.limits.timeout <= std::chrono::nanoseconds::zero()) {
    return Error{ErrorKind::kInvalidArgument, "the timeout must be more than zero (WithSessionTimeout, --timeout)"};
  }
  auto pool = Pool(language, plain);
  if (!pool) return pool.error();
  const size_t least = (*pool)->factory().InitialMemoryBytes();
  if (config.limits.memory_bytes < least) {
    return Error{ErrorKind::kInvalidArgument,
                 "the memory limit is smaller than the " + language.name() + " runtime itself, which has " +
                     std::to_string((least + (size_t{1} << 20) - 1) >> 20) + " MiB (WithSessionMemoryLimit, --memory)"};
  }
  config.limits.message_bytes = std::max(config.limits.message_bytes, LargestMessage(config.limits));
  auto packages = MakeSessionPackages(shared_from_this(), language, config, (*pool)->factory().packages(),
                                      plain ? std::span<const PackageDirectory>() : packages_);
  if (!packages) return packages.error();
  host::Policy policy;
  policy.registry = config.registry ? config.registry : registry_;
  auto modules = host::Modules::Create({.config = config,
                                        .registry = policy.registry,
                                        .http = http_service_,
                                        .install = std::move(packages->install),
                                        .installers = installers_});
  if (!modules) return modules.error();
  policy.modules = std::move(*modules);
  policy.functions = std::move(config.functions);
  policy.limits = config.limits;
  policy.memory = std::make_shared<support::ByteBudget>(
      config.limits.host_bytes,
      HostMemoryName(config.limits.host_bytes, "this session", "WithSessionHostMemoryLimit, --max-host-memory"),
      memory_);
  policy.limits.host_calls_in_flight = std::max<size_t>(1, policy.limits.host_calls_in_flight);
  policy.watch = call_watch_;
  auto session = std::make_shared<SessionCore>(shared_from_this(), *pool, language, std::move(config.tenant),
                                               std::move(policy), std::move(packages->view));
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Error{ErrorKind::kUnavailable, "the executor is closed"};
    sessions_[session->id()] = session;
  }
  session->Opened();
  return session;
}

bool ExecutorCore::BeginRun() {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  ++runs_;
  return true;
}

void ExecutorCore::EndRun() {
  {
    const std::lock_guard lock(mutex_);
    --runs_;
    if (runs_ > 0) return;
  }
  no_runs_.notify_all();
}

void ExecutorCore::Forget(uint64_t session_id) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(session_id);
}

std::shared_ptr<SessionCore> ExecutorCore::TakeSession() noexcept {
  const std::lock_guard lock(mutex_);
  while (!sessions_.empty()) {
    auto session = sessions_.begin()->second.lock();
    sessions_.erase(sessions_.begin());
    if (session) return session;
  }
  return nullptr;
}

void ExecutorCore::Close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  while (const auto session = TakeSession()) session->Close();
  std::unique_lock lock(mutex_);
  no_runs_.wait(lock, [this] { return runs_ == 0; });
  lock.unlock();
  workers_.Drain();
  installers_->Drain();
}

}  // namespace goru::internal
