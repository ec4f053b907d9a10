#include "host/http/http_service.hpp"

#include <utility>

namespace goru::host::http {

HttpService::HttpService(LookUp look_up)
    : loop_(std::make_shared<EventLoop>()),
      look_ups_(std::make_shared<LookUpThreads>(std::move(look_up))),
      clients_(std::make_shared<OpenClients>()) {}

HttpService::~HttpService() {
  loop_->Stop([this] {
    const OpenClients open = *clients_;
    for (const auto& [key, client] : open) client->Close();
  });
}

std::shared_ptr<Client> HttpService::NewClient(std::shared_ptr<const HttpPolicy> policy) {
  return std::make_shared<Client>(loop_, look_ups_, clients_, std::move(policy));
}

}  // namespace goru::host::http
