// A key-value store in a SQLite file.
#pragma once

#include <memory>
#include <string>

#include "host/kv/kv_backend.hpp"

namespace goru::internal {

/// Format of the file: tables and triggers in sqlite_backend.cpp, application id "goru", version 1.
Expected<std::shared_ptr<KVBackend>> OpenSqliteBackend(const std::string& path, const KVLimits& limits);

}  // namespace goru::internal
