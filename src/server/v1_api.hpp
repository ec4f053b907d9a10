// The endpoints under /v1: all that a run tells, streams, sessions with files, jobs.
#pragma once

#include "server/jobs.hpp"
#include "server/router.hpp"
#include "server/service.hpp"

namespace goru::server {

/// POST /v1/run, and what is about sessions: /v1/sessions, /v1/sessions/{id}, .../run, .../interrupt.
void AddRunApi(Router& router, Service& service);
/// /v1/sessions/{id}/files and the files below.
void AddFilesApi(Router& router, Service& service);
/// /v1/jobs and /v1/jobs/{id}.
void AddJobsApi(Router& router, Service& service, Jobs& jobs);

}  // namespace goru::server
