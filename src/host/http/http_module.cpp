#include "host/http/http_module.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "host/http/curl_library.hpp"
#include "host/http/guest_request.hpp"
#include "host/http/hints.hpp"
#include "host/http/http_service.hpp"

namespace goru::host::http {
namespace {

/// What libcurl takes for a request that is under way, and its head.
constexpr size_t kTransferBytes = size_t{64} << 10;

/// What a response is likely to take. One that is allowed to be larger asks for more as it arrives.
size_t ResultBytes(const HttpLimits& limits) {
  constexpr size_t kMost = size_t{2} << 20;
  return std::min(limits.response_body_bytes, kMost) + kTransferBytes;
}

class HttpModule final : public Module {
 public:
  HttpModule(std::shared_ptr<const HttpPolicy> policy, const std::shared_ptr<HttpService>& service)
      : policy_(std::move(policy)), client_(service->NewClient(policy_)) {
    Registry::Entry request;
    request.async = [this](const CallContext& context, const nlohmann::json& args, Completion completion) {
      Start(context, args, std::move(completion));
    };
    request.result_bytes = ResultBytes(policy_->limits);
    registry().Add("request", std::move(request));
    registry().Add(
        "secret", [this](const CallContext&, const nlohmann::json& args) { return Secret(args); }, Blocking::kNever);
    BeginBudget();
  }
  ~HttpModule() override { CloseClient(); }
  HttpModule(const HttpModule&) = delete;
  HttpModule& operator=(const HttpModule&) = delete;

  void BeginRun() override { BeginBudget(); }
  void Close() noexcept override { CloseClient(); }

 private:
  void BeginBudget() {
    auto budget = std::make_shared<RunBudget>(policy_->limits);
    const std::lock_guard lock(mutex_);
    budget_ = std::move(budget);
  }

  void CloseClient() noexcept {
    bool was_open = false;
    {
      const std::lock_guard lock(mutex_);
      was_open = used_ && !closed_;
      closed_ = true;
    }
    if (was_open) client_->CloseSoon();
  }

  void Start(const CallContext& context, const nlohmann::json& args, Completion completion) {
    auto read = ReadGuestRequest(args, policy_->limits);
    if (const auto* failure = std::get_if<Failure>(&read)) throw failure->ToError();
    const Expected<CurlLibrary>& curl = CurlLibrary::Shared();
    if (!curl) throw CallError("OSError", curl.error().message);
    context.Reserve(kTransferBytes);
    std::shared_ptr<RunBudget> budget;
    {
      const std::lock_guard lock(mutex_);
      if (!closed_) budget = budget_;
      used_ = true;
    }
    if (!budget) throw CallError("HostError", "the session is closed");
    client_->Request(*curl, std::get<GuestRequest>(std::move(read)), context, std::move(budget), std::move(completion));
  }

  nlohmann::json Secret(const nlohmann::json& args) const {
    const auto name = args.find("name");
    if (name == args.end() || !name->is_string()) {
      throw CallError("TypeError", "the name of a secret is a string");
    }
    const auto& text = name->get_ref<const std::string&>();
    auto placeholder = policy_->secrets.Placeholder(text);
    if (!placeholder) {
      throw CallError("PermissionError", "there is no secret \"" + Shown(text) + "\"; the host defines it (" +
                                             std::string(kSecretHint) + ")");
    }
    return std::move(*placeholder);
  }

  const std::shared_ptr<const HttpPolicy> policy_;
  const std::shared_ptr<Client> client_;
  std::mutex mutex_;
  std::shared_ptr<RunBudget> budget_;
  /// A client that was never asked for anything has nothing to close, and needs no thread for it.
  bool used_ = false;
  bool closed_ = false;
};

Expected<std::unique_ptr<Module>> Create(const ModuleSetup& setup) {
  const HttpConfig& config = setup.config.http;
  if (!config.allowed_hosts.empty()) return CreateHttpModule(config, setup.config.limits.http, setup.http);
  if (config.secrets.empty() && config.allowed_networks.empty()) return std::unique_ptr<Module>();
  return Error{ErrorKind::kInvalidArgument,
               "secrets and networks are of no use without a host to talk to (WithSessionAllowedHosts, --allow-host)"};
}

}  // namespace

std::shared_ptr<HttpService> CreateHttpService(LookUp look_up) {
  return std::make_shared<HttpService>(std::move(look_up));
}

Expected<std::unique_ptr<Module>> CreateHttpModule(const HttpConfig& config, const HttpLimits& limits,
                                                   const std::shared_ptr<HttpService>& service) {
  auto policy = HttpPolicy::Create(config, limits);
  if (!policy) return policy.error();
  return std::unique_ptr<Module>(std::make_unique<HttpModule>(std::move(*policy), service));
}

constinit const ModuleKind module_kind = {
    .name = "http", .shown = "http", .how = "WithSessionAllowedHosts (--allow-host HOST)", .create = Create};

}  // namespace goru::host::http
