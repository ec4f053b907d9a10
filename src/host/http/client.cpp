#include "host/http/client.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace goru::host::http {
namespace {

/// Connections of a session that asks for nothing are given up after this: at rest it holds no descriptor.
constexpr std::chrono::seconds kIdle{30};

}  // namespace

void Client::Request(const CurlLibrary& curl, GuestRequest request, const CallContext& context,
                     std::shared_ptr<RunBudget> budget, Completion completion) {
  const bool posted = loop_->Post([self = shared_from_this(), &curl, request = std::move(request), context,
                                   budget = std::move(budget), completion]() mutable {
    self->Begin(curl, std::move(request), context, std::move(budget), std::move(completion));
  });
  if (!posted) completion.Fail(CallError("OSError", "http has no thread on this host, or the executor is closed"));
}

void Client::CloseSoon() noexcept {
  try {
    loop_->Post([self = shared_from_this()] { self->Close(); });
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory it is closed with the executor
  }
}

void Client::Begin(const CurlLibrary& curl, GuestRequest request, const CallContext& context,
                   std::shared_ptr<RunBudget> budget, Completion completion) {
  if (closed_) {
    completion.Fail("the session is closed");
    return;
  }
  open_->emplace(this, shared_from_this());
  curl_ = &curl;
  if (idle_) loop_->Cancel(*idle_);
  idle_.reset();
  const uint64_t id = ++last_id_;
  auto exchange =
      std::make_shared<Exchange>(*this, id, std::move(request), context, std::move(budget), std::move(completion));
  exchanges_.emplace(id, exchange);
  exchange->Start();
}

void Client::Close() {
  closed_ = true;
  // Each one forgets itself as it ends.
  std::vector<std::shared_ptr<Exchange>> open;
  open.reserve(exchanges_.size());
  for (const auto& [id, exchange] : exchanges_) open.push_back(exchange);
  for (const auto& exchange : open) exchange->Fail({"HostError", "the session is closed"});
  if (idle_) loop_->Cancel(*idle_);
  idle_.reset();
  connections_.reset();
  open_->erase(this);
}

Connections* Client::connections() {
  if (!connections_) {
    auto made =
        Connections::Create(*curl_, *loop_, [this](Transfer& transfer, CURLcode code) { OnTransfer(transfer, code); });
    if (!made) return nullptr;
    connections_ = std::move(*made);
  }
  return connections_.get();
}

void Client::OnTransfer(const Transfer& transfer, CURLcode code) {
  const auto found = exchanges_.find(transfer.exchange());
  if (found == exchanges_.end()) return;
  const auto exchange = found->second;
  exchange->OnTransfer(code);
}

void Client::Cancel(uint64_t id) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  const auto exchange = found->second;
  exchange->Fail({"HostError", "the request was cancelled"});
}

void Client::Forget(uint64_t id) {
  exchanges_.erase(id);
  if (exchanges_.empty() && !closed_) CloseWhenIdle();
}

void Client::CloseWhenIdle() {
  if (idle_) loop_->Cancel(*idle_);
  idle_ = loop_->At(EventLoop::Clock::now() + kIdle, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->idle_.reset();
    if (self->exchanges_.empty()) self->connections_.reset();
  });
}

}  // namespace goru::host::http
