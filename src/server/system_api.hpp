// Endpoints about the server itself.
#pragma once

#include "server/guard.hpp"
#include "server/jobs.hpp"
#include "server/metrics.hpp"
#include "server/router.hpp"
#include "server/service.hpp"

namespace goru::server {

/// GET /health, /ready, /metrics, /openapi.json, /v1/limits. `connections`: how many there are.
void AddSystemApi(Router& router, Service& service, Metrics& metrics, const Jobs& jobs,
                  std::function<size_t()> connections);

}  // namespace goru::server
