// The endpoints without a version: a client written for the server that goru's specification was taken from works with
// them unchanged.
#pragma once

#include "server/router.hpp"
#include "server/service.hpp"

namespace goru::server {

/// POST /execute, POST /sessions, POST /sessions/{id}/exec, DELETE /sessions/{id}. Errors are lines of plain text.
void AddCompatApi(Router& router, Service& service);

}  // namespace goru::server
