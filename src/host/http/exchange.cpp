#include "host/http/exchange.hpp"

#include <algorithm>
#include <utility>

#include "host/http/client.hpp"
#include "host/http/hints.hpp"
#include "host/wire_bytes.hpp"
#include "support/process_generation.hpp"
#include "support/utf8.hpp"

namespace goru::host::http {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point DeadlineOf(std::chrono::nanoseconds timeout, const CallContext& context) {
  // Far from where clocks overflow.
  constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24 * 365);
  const Clock::time_point own = Clock::now() + std::min(timeout, kLongest);
  return context.deadline == Clock::time_point() ? own : std::min(own, context.deadline);
}

/// Headers outside ASCII are Latin-1 unless they happen to be UTF-8.
std::string ToReadable(std::string text) {
  if (support::IsUtf8(text)) return text;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

std::string Seconds(std::chrono::nanoseconds time) {
  std::string text = std::to_string(std::chrono::duration<double>(time).count());
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Exchange::Exchange(Client& client, uint64_t id, GuestRequest request, CallContext context,
                   std::shared_ptr<RunBudget> budget, Completion completion)
    : client_(client),
      id_(id),
      request_(std::move(request)),
      context_(std::move(context)),
      budget_(std::move(budget)),
      completion_(std::move(completion)),
      deadline_(DeadlineOf(request_.timeout, context_)) {}

std::chrono::nanoseconds Exchange::TimeLeft() const { return deadline_ - Clock::now(); }

void Exchange::Start() {
  timer_ = client_.loop().At(deadline_, [this] {
    timer_.reset();
    Fail({"TimeoutError", "the request took longer than " + Seconds(request_.timeout) +
                              " s, or than its run may take (timeout=, WithSessionHttpLimits)"});
  });
  on_stop_.emplace(context_.stop,
                   [client = client_.weak_from_this(), loop = std::weak_ptr(client_.shared_loop()), id = id_] {
                     const auto alive = loop.lock();
                     if (!alive) return;
                     alive->Post([client, id] {
                       if (const auto known = client.lock()) known->Cancel(id);
                     });
                   });
  BeginHop(Read(request_.url), request_.url);
}

Failure Exchange::TooLong() const {
  return Failure::TooLarge("the URL is longer than " + std::to_string(client_.policy().limits.url_bytes) + " bytes (" +
                           std::string(kUrlHint) + ")");
}

std::variant<Url, Failure> Exchange::Read(const std::string& text) const {
  if (text.size() > client_.policy().limits.url_bytes) return TooLong();
  return redirect_ == 0 ? ParseUrl(client_.curl(), text) : ResolveLocation(client_.curl(), url_, text);
}

void Exchange::BeginHop(std::variant<Url, Failure> url, const std::string& shown) {
  const HttpPolicy& policy = client_.policy();
  began_ = Clock::now();
  audited_ = false;
  allowed_ = false;
  shown_url_ = policy.secrets.Redact(ToReadable(WithoutUser(shown.substr(0, policy.limits.url_bytes))));
  if (auto* failure = std::get_if<Failure>(&url)) return Fail(std::move(*failure));
  url_ = std::get<Url>(std::move(url));
  shown_url_ = policy.secrets.Redact(url_.text);
  if (auto failure = CheckHop()) return Fail(std::move(*failure));
  allowed_ = true;
  FindAddresses();
}

std::optional<Failure> Exchange::CheckHop() {
  const HttpPolicy& policy = client_.policy();
  // Escapes and a path that was not there may have made it longer.
  if (url_.text.size() > policy.limits.url_bytes * 3 + 1) return TooLong();
  if (!RunBudget::Take(budget_->requests, 1)) {
    return Failure::OverQuota("the run has made its " + std::to_string(policy.limits.requests) +
                              " http requests, redirects included (" + std::string(kLimitsHint) + ")");
  }
  return policy.CheckHost(url_);
}

void Exchange::FindAddresses() {
  proxy_ = client_.policy().proxies.For(url_);
  const HostName& host = proxy_ != nullptr ? proxy_->host : url_.host;
  if (host.address) return OnAddresses(Addresses{*host.address});
  if (host.IsLocalhost()) {
    // Never asked for: it is this machine whatever a name server says.
    return OnAddresses(Addresses{*ParseAddress("127.0.0.1"), *ParseAddress("::1")});
  }
  waits_for_name_ = host.text;
  client_.names().Find(host.text, id_, [weak = weak_from_this()](const Expected<Addresses>& addresses) {
    const auto self = weak.lock();
    if (!self) return;
    self->waits_for_name_.clear();
    self->OnAddresses(addresses);
  });
}

void Exchange::OnAddresses(const Expected<Addresses>& addresses) {
  const std::string& name = proxy_ != nullptr ? proxy_->host.text : url_.host.text;
  if (!addresses || addresses->empty()) {
    const std::string why = addresses ? "it has no address" : addresses.error().message;
    return Fail(Failure::Broken("the name " + name + " was not found: " + why));
  }
  // Where a proxy is, or where it goes from there, is for whoever chose it.
  if (proxy_ == nullptr) {
    if (auto failure = client_.policy().CheckAddresses(url_.host, *addresses)) return Refuse(std::move(*failure));
  }
  addresses_ = *addresses;
  Connect();
}

void Exchange::Connect() {
  const HttpPolicy& policy = client_.policy();
  const bool is_private =
      url_.https || (proxy_ == nullptr && std::all_of(addresses_.begin(), addresses_.end(), IsLoopback));
  headers_ = request_.headers;
  if (auto failure = policy.secrets.Insert(url_, is_private, policy.limits.header_bytes, headers_)) {
    return Refuse(std::move(*failure));
  }
  if (request_.body && !RunBudget::Take(budget_->bytes, request_.body->size())) {
    return Refuse(Failure::OverQuota("the bodies of this run are larger than " +
                                     std::to_string(policy.limits.total_bytes) + " bytes in all (" +
                                     std::string(kLimitsHint) + ")"));
  }
  const TransferRequest wanted{.policy = policy,
                               .url = url_,
                               .method = request_.method,
                               .headers = headers_,
                               .body = request_.body,
                               .addresses = addresses_,
                               .proxy = proxy_,
                               .time_left = TimeLeft(),
                               .call = context_,
                               .drop_redirect_body = request_.on_redirect != OnRedirect::kHandOver,
                               .exchange = id_};
  auto transfer = Transfer::Create(client_.curl(), wanted, *budget_);
  if (!transfer) return Fail({"OSError", transfer.error().message});
  Connections* connections = client_.connections();
  if (connections == nullptr || !connections->Add(**transfer)) {
    return Fail({"OSError", "libcurl has no handle left"});
  }
  transfer_ = std::move(*transfer);
}

void Exchange::OnTransfer(CURLcode code) {
  if (auto failure = transfer_->Judge(code)) return Fail(std::move(*failure));
  const Header* location = FindHeader(transfer_->head().headers(), "location");
  const int status = transfer_->head().status();
  const bool redirects = IsRedirect(status) && location != nullptr && !location->value.empty();
  if (!redirects || request_.on_redirect == OnRedirect::kHandOver) return Answer();
  Redirect(std::string(location->value), status);
}

void Exchange::Redirect(const std::string& location, int status) {
  const HttpPolicy& policy = client_.policy();
  if (request_.on_redirect == OnRedirect::kFail) {
    return Fail(Failure::Broken(url_.host.text + " redirects, and the request does not allow that"));
  }
  Audit(nullptr);
  transfer_.reset();
  ++redirect_;
  std::variant<Url, Failure> next = Read(location);
  std::string shown = location;
  if (const Url* url = std::get_if<Url>(&next)) {
    shown = url->text;
    const bool to_get =
        (status == 303 && request_.method != "HEAD") || ((status == 301 || status == 302) && request_.method == "POST");
    if (to_get) {
      request_.method = "GET";
      request_.body.reset();
      DropBodyHeaders(request_.headers);
    }
    if (!url->SameOrigin(url_)) {
      DropCredentials(request_.headers);
      std::erase_if(request_.headers,
                    [&policy](const Header& header) { return policy.secrets.IsMentioned(header.value); });
    }
    if (url_.https && !url->https && !policy.allow_downgrade) {
      next =
          Failure::Refused("http does not follow a redirect from https to http (" + std::string(kDowngradeHint) + ")");
    } else if (redirect_ > policy.limits.redirects) {
      next = Failure{"OSError",
                     "there were more than " + std::to_string(policy.limits.redirects) + " redirects (" +
                         std::string(kLimitsHint) + ")",
                     "ELOOP"};
    }
  }
  BeginHop(std::move(next), shown);
}

void Exchange::Answer() {
  const HttpPolicy& policy = client_.policy();
  const auto clean = [&policy](std::string text) { return policy.secrets.Redact(std::move(text)); };
  std::string body = clean(transfer_->TakeBody());
  if (body.size() > policy.limits.response_body_bytes) {
    return Fail(Failure::TooLarge("the body of the response, with placeholders for secrets, is larger than " +
                                  std::to_string(policy.limits.response_body_bytes) + " bytes (" +
                                  std::string(kBodyHint) + ")"));
  }
  nlohmann::json headers = nlohmann::json::array();
  for (const Header& header : transfer_->head().headers()) {
    headers.push_back({ToReadable(clean(header.name)), ToReadable(clean(header.value))});
  }
  nlohmann::json value = {{"status", transfer_->head().status()},
                          {"url", shown_url_},
                          {"headers", std::move(headers)},
                          {"body", ToWire(body)}};
  Audit(nullptr);
  if (const auto completion = End()) completion->Return(std::move(value));
}

void Exchange::Refuse(Failure failure) {
  allowed_ = false;
  Fail(std::move(failure));
}

void Exchange::Fail(Failure failure) {
  failure.message = client_.policy().secrets.Redact(std::move(failure.message));
  Audit(&failure);
  if (const auto completion = End()) completion->Fail(failure.ToError());
}

void Exchange::Audit(const Failure* failure) {
  if (std::exchange(audited_, true)) return;
  const HttpAudit& audit = client_.policy().audit;
  if (!audit) return;
  HttpAttempt attempt;
  attempt.session_id = context_.session_id;
  attempt.method = request_.method;
  attempt.url = shown_url_;
  attempt.allowed = allowed_;
  attempt.duration = Clock::now() - began_;
  attempt.redirect = redirect_;
  if (failure != nullptr) attempt.error = failure->message;
  if (transfer_) {
    attempt.address = transfer_->Address();
    attempt.status = transfer_->head().status();
    attempt.sent_bytes = transfer_->sent();
    attempt.received_bytes = transfer_->received();
  }
  const support::Origin origin;
  try {
    audit(attempt);
  } catch (...) {  // NOLINT(bugprone-empty-catch): it must not throw, and a guest must not pay for it
  }
  origin.EndThreadIfForked();
}

void Exchange::DropTransfer() {
  if (!transfer_) return;
  // A handle that is already out of the multi handle may be removed again.
  if (Connections* connections = client_.connections(); connections != nullptr) connections->Remove(*transfer_);
  transfer_.reset();
}

std::optional<Completion> Exchange::End() {
  const auto self = shared_from_this();
  std::optional<Completion> completion = std::exchange(completion_, std::nullopt);
  if (!completion) return completion;
  DropTransfer();
  if (timer_) client_.loop().Cancel(*timer_);
  timer_.reset();
  on_stop_.reset();
  if (!waits_for_name_.empty()) client_.names().Forget(waits_for_name_, id_);
  client_.Forget(id_);
  return completion;
}

}  // namespace goru::host::http
