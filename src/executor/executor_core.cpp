#include "executor/executor_core.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>

#include "executor/image_path.hpp"
#include "executor/packages/session_packages.hpp"
#include "executor/session_core.hpp"
#include "guest/image_directory.hpp"
#include "host/surroundings.hpp"
#include "support/size_name.hpp"

namespace goru::internal {

namespace {

/// How messages call a limit of memory.
std::string MemoryName(size_t bytes, const char* whose, const char* options) {
  return "the " + support::SizeName(bytes) + " that " + whose + " (" + options + ")";
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
          MemoryName(config_.limits.host_bytes, "the host may hold for all sessions of this executor",
                     "WithHostMemory"))),
      guest_memory_(std::make_shared<support::ByteBudget>(
          config_.limits.memory_bytes,
          MemoryName(config_.limits.memory_bytes, "all sessions of this executor may have together",
                     "WithTotalMemory"))),
      call_watch_(std::make_shared<host::CallWatch>(config_.observer)),
      session_places_(config_.limits.sessions),
      admission_({config_.limits.runs, config_.limits.queued_runs, config_.limits.queue_wait}),
      workers_(config_.limits.host_threads),
      installers_(std::make_shared<host::WorkerPool>(config_.limits.installs)),
      run_threads_(admission_.bounds().runs) {}

Expected<std::shared_ptr<ExecutorCore>> ExecutorCore::Create(ExecutorConfig config) {
  // Starts the thread that no run can do without.
  std::shared_ptr<ExecutorCore> core(new ExecutorCore(std::move(config)));
  auto loader = guest::Loader::Create(
      {core->config_.disk_cache, core->config_.cache_directory, core->config_.engine, core->config_.image_directory});
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
  // Without an image of the caller's both are the same.
  const PoolKey key(language, plain && !config_.image_file.empty());
  if (auto pool = FindPool(key)) return pool;
  const std::lock_guard lock(load_mutex_);
  // Whoever had the lock before may have loaded it.
  if (auto pool = FindPool(key)) return pool;
  auto pool = Load(language, plain);
  if (!pool) return pool;
  const std::lock_guard list_lock(mutex_);
  pools_[key] = *pool;
  return pool;
}

std::shared_ptr<SandboxPool> ExecutorCore::FindPool(const PoolKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = pools_.find(key);
  return found == pools_.end() ? nullptr : found->second;
}

Expected<std::shared_ptr<const guest::ImageFile>> ExecutorCore::OpenImage(const Language& language, bool plain) const {
  if (!language.image_file().empty()) {
    auto image = loader_->Open(language.image_file());
    if (!image) return image;
    const guest::ImageInfo& info = (*image)->info();
    if (info.language == language.name() && info.variant == language.version()) return image;
    return Error{ErrorKind::kUnavailable,
                 language.image_file() + " is no longer an image of " + language.image() + "; call FromImage again"};
  }
  if (!plain && !config_.image_file.empty()) {
    const auto path = NamedImage(config_.image_file, config_.image_directory);
    if (!path) return path.error();
    auto image = loader_->Open(*path);
    if (!image) return image;
    const guest::ImageInfo& info = (*image)->info();
    if (info.language == language.name() && info.variant != language.version()) {
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
                                                                bool aside, bool plain) {
  if (config.limits.timeout <= std::chrono::nanoseconds::zero()) {
    return Error{ErrorKind::kInvalidArgument, "the timeout must be more than zero (WithSessionTimeout, --timeout)"};
  }
  if (auto checked = host::CheckEnvironment(config.environment); !checked) return checked.error();
  auto place = aside ? SessionPlace() : TakePlace(language, config.tenant);
  if (!place) return place.error();
  auto pool = Pool(language, plain);
  if (!pool) return pool.error();
  const size_t least = (*pool)->factory().InitialMemoryBytes();
  if (config.limits.memory_bytes < least) {
    return Error{ErrorKind::kInvalidArgument,
                 "the memory limit is smaller than the " + language.name() + " runtime itself, which has " +
                     std::to_string((least + (size_t{1} << 20) - 1) >> 20) + " MiB (WithSessionMemoryLimit, --memory)"};
  }
  config.limits.message_bytes = std::max(config.limits.message_bytes, LargestMessage(config.limits));
  auto packages = MakeSessionPackages(shared_from_this(), language, config, (*pool)->factory(),
                                      aside ? std::span<const PackageDirectory>() : packages_);
  if (!packages) return packages.error();
  host::Policy policy;
  policy.registry = config.registry ? config.registry : registry_;
  auto files = MakeSessionFiles(shared_from_this(), config, std::move(packages->view));
  if (!files) return files.error();
  auto modules = host::Modules::Create({.config = config,
                                        .registry = policy.registry,
                                        .http = http_service_,
                                        .files = files->shared(),
                                        .install = std::move(packages->install),
                                        .installers = installers_});
  if (!modules) return modules.error();
  policy.modules = std::move(*modules);
  policy.functions = std::move(config.functions);
  policy.limits = config.limits;
  policy.timers = config.timers;
  policy.threads = config.threads;
  policy.node = config.node;
  policy.web = config.web;
  if (!config.environment.empty()) {
    policy.environment = std::make_shared<const std::map<std::string, std::string>>(std::move(config.environment));
  }
  policy.memory =
      std::make_shared<support::ByteBudget>(config.limits.host_bytes,
                                            MemoryName(config.limits.host_bytes, "the host may hold for this session",
                                                       "WithSessionHostMemoryLimit, --max-host-memory"),
                                            memory_);
  policy.limits.host_calls_in_flight = std::max<size_t>(1, policy.limits.host_calls_in_flight);
  policy.watch = call_watch_;
  policy.executor = this;
  auto session = std::make_shared<SessionCore>(shared_from_this(), *pool, language, std::move(config.tenant),
                                               std::move(policy), std::move(*files), std::move(*place));
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Error{ErrorKind::kUnavailable, "the executor is closed"};
    sessions_[session->id()] = session;
  }
  session->Opened();
  return session;
}

Expected<SessionPlace> ExecutorCore::TakePlace(const Language& language, const std::string& tenant) {
  if (session_places_.Take()) return SessionPlace(session_places_);
  Error error{ErrorKind::kOverloaded,
              std::to_string(session_places_.most()) + " sessions are open, and no more may be (WithMaxSessions)"};
  Rejected({language, tenant, "", error.message});
  return error;
}

void ExecutorCore::Rejected(const RejectedEvent& event) noexcept {
  rejected_.fetch_add(1, std::memory_order_relaxed);
  if (Observer* told = observer()) told->OnRejected(event);
}

ExecutorStats ExecutorCore::Stats() const noexcept {
  ExecutorStats stats;
  try {
    std::vector<std::shared_ptr<const SandboxPool>> pools;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, pool] : pools_) pools.push_back(pool);
    }
    for (const auto& pool : pools) {
      const SandboxPool::Counts counts = pool->counts();
      stats.sandboxes.push_back({.language = pool->language(),
                                 .ready = counts.ready,
                                 .being_made = counts.being_made,
                                 .in_sessions = counts.taken,
                                 .to_be_cleaned = counts.used});
    }
  } catch (const std::exception&) {
    stats.sandboxes.clear();
  }
  stats.sessions = session_places_.taken();
  const Admission::Counts runs = admission_.counts();
  stats.runs = runs.running;
  stats.waiting_runs = runs.waiting;
  stats.rejected = rejected_.load(std::memory_order_relaxed);
  stats.memory_bytes = guest_memory_->used();
  stats.host_bytes = memory_->used();
  stats.host_calls = call_watch_->under_way();
  stats.host_threads = workers_.threads();
  stats.run_threads = run_threads_.threads();
  return stats;
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
  admission_.Close();
  while (const auto session = TakeSession()) session->Close();
  admission_.WaitUntilEmpty();
  // They hold what they have worked for until they have ended.
  run_threads_.Join();
  workers_.Drain();
  installers_->Drain();
}

}  // namespace goru::internal
