#include "guest/channel.hpp"

namespace goru::guest {
namespace {

// A response buffer that grew beyond this is given back after the run: idle sessions stay small.
constexpr size_t kKeepResponse = 64 << 10;

}  // namespace

void Channel::Begin(HostPort& port, const Job& job) noexcept {
  port_ = &port;
  job_ = &job;
  job_taken_ = false;
  finished_ = false;
}

void Channel::DropResponse() noexcept {
  response_.clear();
  if (response_.capacity() > kKeepResponse) response_.shrink_to_fit();
}

void Channel::Put(const Reply& reply) {
  response_.clear();
  codec_.EncodeResponse(reply.ok, reply.value, response_);
}

After Channel::Answer(std::span<const uint8_t> request) {
  if (port_ == nullptr) {
    Put(Reply::Failed("HostError", "the host is not listening"));
    return After::kContinue;
  }
  if (request.size() > port_->MaxMessage()) {
    Put(Reply::Failed("ValueError", "the arguments are larger than " + std::to_string(port_->MaxMessage()) + " bytes"));
    return After::kContinue;
  }
  char op = 0;
  auto payload = codec_.DecodeRequest(request, op);
  if (!payload) {
    Put(Reply::Failed("TypeError", payload.error().message));
    return After::kContinue;
  }
  Reply reply;
  if (op == 'j') {
    job_taken_ = true;
    reply.value = ToJson(*job_);
    Put(reply);
    return After::kContinue;
  }
  if (op == 'r') {
    // The first outcome counts: nothing that runs later may rewrite it.
    if (!finished_) port_->Outcome(std::move(*payload));
    finished_ = true;
    Put(reply);
    return After::kContinue;
  }
  const After after = port_->Handle(op, std::move(*payload), port_->Hold(), reply);
  if (after == After::kUnwind) return after;
  Put(reply);
  if (response_.size() > port_->MaxMessage()) {
    Put(Reply::Failed("ValueError", "the result is larger than " + std::to_string(port_->MaxMessage()) + " bytes"));
  }
  return After::kContinue;
}

}  // namespace goru::guest
