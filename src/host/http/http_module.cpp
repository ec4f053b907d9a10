#include "host/http/http_module.hpp"
namespace goru::host::http {
class HttpService {};
std::shared_ptr<HttpService> CreateHttpService() { return std::make_shared<HttpService>(); }
Expected<std::unique_ptr<Module>> CreateHttpModule(const HttpConfig& /*config*/, const HttpLimits& /*limits*/,
                                                   std::shared_ptr<HttpService> /*service*/) {
  return Error{ErrorKind::kUnavailable, "http is not there yet"};
}
}  // namespace goru::host::http
