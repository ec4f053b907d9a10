// http as guests see it: policy, requests, responses.
#pragma once

#include <memory>

#include "goru/error.hpp"
#include "goru/http.hpp"
#include "goru/limits.hpp"
#include "host/http/look_up.hpp"
#include "host/module.hpp"

namespace goru::host::http {

/// Makes the requests of all sessions of one executor on one thread of its own, which starts with the first of them.
class HttpService;

/// For one executor. Loads nothing and starts nothing yet.
std::shared_ptr<HttpService> CreateHttpService(LookUp look_up = SystemLookUp);

extern const ModuleKind module_kind;

/// The module with the policy of one session and its own connections. kInvalidArgument: an entry of `config` is
/// wrong; the message says which.
Expected<std::unique_ptr<Module>> CreateHttpModule(const HttpConfig& config, const HttpLimits& limits,
                                                   const std::shared_ptr<HttpService>& service);

}  // namespace goru::host::http
