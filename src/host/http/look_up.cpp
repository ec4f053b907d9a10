#include "host/http/look_up.hpp"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace goru::host::http {
namespace {

/// Of one executor. Each takes a thread for as long as a name server lets it wait.
constexpr size_t kThreads = 16;

Expected<Addresses> Guarded(const LookUp& look_up, const std::string& name) {
  try {
    return look_up(name);
  } catch (const std::exception& e) {
    return Error{ErrorKind::kUnavailable, e.what()};
  } catch (...) {
    return Error{ErrorKind::kUnavailable, "the look-up failed"};
  }
}

}  // namespace

Expected<Addresses> SystemLookUp(const std::string& name) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code != 0) {
    return Error{ErrorKind::kUnavailable,
                 code == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const auto address = FromSocketAddress(entry->ai_addr, entry->ai_addrlen);
    if (address && std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
      addresses.push_back(*address);
    }
  }
  return addresses;
}

LookUpThreads::LookUpThreads(LookUp look_up)
    : state_(std::make_shared<State>()),
      threads_(std::make_unique<WorkerPool>(kThreads)),
      lane_(threads_->NewLane(kThreads)) {
  state_->look_up = std::move(look_up);
}

LookUpThreads::~LookUpThreads() {
  state_->closed = true;
  if (state_->under_way == 0) return;
  // A name server that does not answer would hold whoever closes the executor for many seconds.
  try {
    std::thread([threads = std::move(threads_)]() mutable { threads.reset(); }).detach();
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): then it waits after all
  }
}

void LookUpThreads::Start(std::string name, std::function<void(Expected<Addresses>)> done) {
  ++state_->under_way;
  threads_->Submit(lane_, [state = state_, name = std::move(name), done = std::move(done)](bool run) {
    if (!state->closed) {
      Expected<Addresses> addresses =
          run ? Guarded(state->look_up, name) : Error{ErrorKind::kUnavailable, "the host has no thread for it"};
      if (!state->closed) done(std::move(addresses));
    }
    --state->under_way;
  });
}

}  // namespace goru::host::http
