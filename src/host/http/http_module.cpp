#include "host/http/http_module.hpp"

#include <mutex>
#include <utility>

#include "host/http/curl_library.hpp"
#include "host/http/guest_request.hpp"
#include "host/http/hints.hpp"
#include "host/http/http_service.hpp"

namespace goru::host::http {
namespace {

class HttpModule final : public Module {
 public:
  HttpModule(std::shared_ptr<const HttpPolicy> policy, const std::shared_ptr<HttpService>& service)
      : policy_(std::move(policy)), client_(service->NewClient(policy_)) {
    request_.start = [this](const CallContext& context, const nlohmann::json& args, Operation::Done done) {
      Start(context, args, std::move(done));
    };
    secret_.blocking = Blocking::kNever;
    secret_.run = [this](const CallContext&, const nlohmann::json& args) { return Secret(args); };
    BeginBudget();
  }
  ~HttpModule() override { CloseClient(); }
  HttpModule(const HttpModule&) = delete;
  HttpModule& operator=(const HttpModule&) = delete;

  const Operation* Find(std::string_view method) const override {
    if (method == "request") return &request_;
    if (method == "secret") return &secret_;
    return nullptr;
  }
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

  void Start(const CallContext& context, const nlohmann::json& args, Operation::Done done) {
    auto read = ReadGuestRequest(args, policy_->limits);
    if (auto* failure = std::get_if<Failure>(&read)) return done(std::move(*failure).ToReply());
    const Expected<CurlLibrary>& curl = CurlLibrary::Shared();
    if (!curl) return done(guest::Reply::Failed("OSError", curl.error().message));
    std::shared_ptr<RunBudget> budget;
    {
      const std::lock_guard lock(mutex_);
      if (!closed_) budget = budget_;
      used_ = true;
    }
    if (!budget) return done(guest::Reply::Failed("HostError", "the session is closed"));
    client_->Request(*curl, std::get<GuestRequest>(std::move(read)), context, std::move(budget), std::move(done));
  }

  guest::Reply Secret(const nlohmann::json& args) const {
    const auto name = args.find("name");
    if (name == args.end() || !name->is_string()) {
      return guest::Reply::Failed("TypeError", "the name of a secret is a string");
    }
    const auto& text = name->get_ref<const std::string&>();
    auto placeholder = policy_->secrets.Placeholder(text);
    if (!placeholder) {
      return guest::Reply::Failed("PermissionError", "there is no secret \"" + Shown(text) +
                                                         "\"; the host defines it (" + std::string(kSecretHint) + ")");
    }
    guest::Reply reply;
    reply.value = std::move(*placeholder);
    return reply;
  }

  const std::shared_ptr<const HttpPolicy> policy_;
  const std::shared_ptr<Client> client_;
  Operation request_;
  Operation secret_;
  std::mutex mutex_;
  std::shared_ptr<RunBudget> budget_;
  /// A client that was never asked for anything has nothing to close, and needs no thread for it.
  bool used_ = false;
  bool closed_ = false;
};

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

}  // namespace goru::host::http
