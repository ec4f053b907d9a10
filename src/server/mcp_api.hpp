// The Model Context Protocol over HTTP, at /mcp.
#pragma once

#include "mcp/http.hpp"
#include "server/router.hpp"
#include "server/service.hpp"

namespace goru::server {

/// POST, GET and DELETE /mcp. The endpoint must outlive the router.
void AddMcpApi(Router& router, Service& service, mcp::HttpEndpoint& endpoint);

}  // namespace goru::server
