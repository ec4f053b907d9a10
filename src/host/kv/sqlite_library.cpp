#include "host/kv/sqlite_library.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

#include "support/dynamic_library.hpp"
#include "support/process_generation.hpp"

namespace goru::internal {
namespace {

struct Loaded {
  uint64_t generation;
  Expected<SqliteLibrary> library;
};

/// `inherited`: what the parent uses; may be null.
Expected<SqliteLibrary> LoadNow(const SqliteLibrary* inherited) {
  const auto file = inherited == nullptr
                        ? support::DynamicLibrary::Load("libsqlite3.so.0")
                        : support::DynamicLibrary::LoadCopyOf(reinterpret_cast<const void*>(inherited->open_v2));
  if (!file) {
    return Error{ErrorKind::kUnavailable,
                 "kv files need SQLite (Debian: apt-get install libsqlite3-0): " + file.error().message};
  }
  SqliteLibrary library;
  const bool complete =
      file->Find("sqlite3_open_v2", library.open_v2) && file->Find("sqlite3_close_v2", library.close_v2) &&
      file->Find("sqlite3_busy_timeout", library.busy_timeout) && file->Find("sqlite3_exec", library.exec) &&
      file->Find("sqlite3_errmsg", library.errmsg) && file->Find("sqlite3_prepare_v3", library.prepare_v3) &&
      file->Find("sqlite3_finalize", library.finalize) && file->Find("sqlite3_step", library.step) &&
      file->Find("sqlite3_reset", library.reset) && file->Find("sqlite3_clear_bindings", library.clear_bindings) &&
      file->Find("sqlite3_bind_blob64", library.bind_blob64) &&
      file->Find("sqlite3_column_int64", library.column_int64) &&
      file->Find("sqlite3_column_blob", library.column_blob) &&
      file->Find("sqlite3_column_bytes", library.column_bytes) && file->Find("sqlite3_changes", library.changes);
  if (!complete) return Error{ErrorKind::kUnavailable, "kv files need SQLite 3.24 or newer; this one is older"};
  return library;
}

}  // namespace

Expected<const SqliteLibrary*> SqliteLibrary::Load() {
  // Without a lock, which another thread might hold while a child is made. Never freed, as the library is not unloaded.
  static constinit std::atomic<const Loaded*> current = nullptr;
  const uint64_t generation = support::ProcessGeneration();
  const Loaded* known = current.load();
  if (known == nullptr || known->generation < generation) {
    const SqliteLibrary* inherited = known != nullptr && known->library.ok() ? &*known->library : nullptr;
    auto loaded = std::make_unique<const Loaded>(Loaded{generation, LoadNow(inherited)});
    // Where another thread was faster, its copy counts.
    if (current.compare_exchange_strong(known, loaded.get())) known = loaded.release();
  }
  if (!known->library) return known->library.error();
  return &*known->library;
}

}  // namespace goru::internal
