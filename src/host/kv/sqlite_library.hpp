// SQLite, loaded when the first store is opened: a program that has none starts without it.
#pragma once

#include <sqlite3.h>

#include "goru/error.hpp"

namespace goru::internal {

/// The functions of SQLite that goru calls, under their own names (sqlite.org/c3ref).
struct SqliteLibrary {
  decltype(&sqlite3_open_v2) open_v2 = nullptr;
  decltype(&sqlite3_close_v2) close_v2 = nullptr;
  decltype(&sqlite3_busy_timeout) busy_timeout = nullptr;
  decltype(&sqlite3_exec) exec = nullptr;
  decltype(&sqlite3_errmsg) errmsg = nullptr;
  decltype(&sqlite3_prepare_v3) prepare_v3 = nullptr;
  decltype(&sqlite3_finalize) finalize = nullptr;
  decltype(&sqlite3_step) step = nullptr;
  decltype(&sqlite3_reset) reset = nullptr;
  decltype(&sqlite3_clear_bindings) clear_bindings = nullptr;
  decltype(&sqlite3_bind_blob64) bind_blob64 = nullptr;
  decltype(&sqlite3_column_int64) column_int64 = nullptr;
  decltype(&sqlite3_column_blob) column_blob = nullptr;
  decltype(&sqlite3_column_bytes) column_bytes = nullptr;
  decltype(&sqlite3_changes) changes = nullptr;

  /// Loads it once for the process. A child whose parent has used it gets a copy of its own: SQLite notes for the
  /// process which locks it has on which files, and locks are not inherited. kUnavailable says how to install it.
  static Expected<const SqliteLibrary*> Load();
};

}  // namespace goru::internal
