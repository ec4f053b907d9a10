#include "host/kv/sqlite_backend.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "host/kv/sqlite_library.hpp"

namespace goru::internal {
namespace {

/// How long one call waits for other processes.
constexpr int kBusyMilliseconds = 10'000;

// "goru" in ASCII, as file(1) and others see it.
constexpr int64_t kApplicationId = 0x676F7275;
constexpr int64_t kVersion = 1;

// Triggers count what the store holds, within the transaction that changes it: the limits are checked without reading
// all of it, and hold whoever writes to the file.
constexpr const char* kSchema = R"(
CREATE TABLE kv (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE held (entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO held VALUES (0, 0);
CREATE TRIGGER kv_insert AFTER INSERT ON kv BEGIN
  UPDATE held SET entries = entries + 1, bytes = bytes + length(new.key) + length(new.value);
END;
CREATE TRIGGER kv_update AFTER UPDATE ON kv BEGIN
  UPDATE held SET bytes = bytes + length(new.key) + length(new.value) - length(old.key) - length(old.value);
END;
CREATE TRIGGER kv_delete AFTER DELETE ON kv BEGIN
  UPDATE held SET entries = entries - 1, bytes = bytes - length(old.key) - length(old.value);
END;
PRAGMA application_id = 1735357045;
PRAGMA user_version = 1;
)";

/// One connection and its prepared statements; used by one thread at a time.
class Database {
 public:
  enum Query : size_t { kGet, kSet, kDelete, kKeys, kHeld, kBegin, kCommit, kRollback, kQueries };

  explicit Database(const SqliteLibrary& library) noexcept : lib_(library) {}
  ~Database() {
    for (sqlite3_stmt* statement : statements_) lib_.finalize(statement);
    lib_.close_v2(handle_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool Open(const std::string& path) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if (lib_.open_v2(path.c_str(), &handle_, kFlags, nullptr) != SQLITE_OK) return false;
    return lib_.busy_timeout(handle_, kBusyMilliseconds) == SQLITE_OK;
  }

  bool Execute(const char* sql) { return lib_.exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

  /// Readers and one writer do not wait for each other. SQLite does not wait itself where several processes make the
  /// same new file and switch it at the same time.
  bool SwitchToWal() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyMilliseconds);
    for (;;) {
      const int code = lib_.exec(handle_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
      if (code != SQLITE_BUSY || std::chrono::steady_clock::now() > end) return code == SQLITE_OK;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// The first number that `sql` gives.
  bool Number(const char* sql, int64_t& out) {
    sqlite3_stmt* statement = nullptr;
    if (lib_.prepare_v3(handle_, sql, -1, 0, &statement, nullptr) != SQLITE_OK) return false;
    const bool found = lib_.step(statement) == SQLITE_ROW;
    if (found) out = lib_.column_int64(statement, 0);
    lib_.finalize(statement);
    return found;
  }

  bool PrepareAll() {
    constexpr std::array<const char*, kQueries> kSql = {
        "SELECT value FROM kv WHERE key = ?1",
        "INSERT INTO kv VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
        "DELETE FROM kv WHERE key = ?1",
        "SELECT key FROM kv ORDER BY key",
        "SELECT entries, bytes FROM held",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "ROLLBACK",
    };
    for (size_t i = 0; i < kQueries; ++i) {
      if (lib_.prepare_v3(handle_, kSql[i], -1, SQLITE_PREPARE_PERSISTENT, &statements_[i], nullptr) != SQLITE_OK) {
        return false;
      }
    }
    return true;
  }

  /// Runs a statement with up to two values; `row` is called for each row of its result.
  template <typename Row>
  bool Run(Query query, std::string_view first, std::string_view second, Row row) {
    sqlite3_stmt* statement = statements_[query];
    bool good = Bind(query, 1, first) && Bind(query, 2, second);
    int status = SQLITE_DONE;
    while (good && (status = lib_.step(statement)) == SQLITE_ROW) row(statement);
    good = good && status == SQLITE_DONE;
    // Said before the statement is reset, which forgets it.
    if (!good) error_ = lib_.errmsg(handle_);
    lib_.reset(statement);
    lib_.clear_bindings(statement);
    return good;
  }
  bool Run(Query query, std::string_view first = {}, std::string_view second = {}) {
    return Run(query, first, second, [](sqlite3_stmt*) {});
  }

  std::string Blob(sqlite3_stmt* row, int column) const {
    const int size = lib_.column_bytes(row, column);
    const void* bytes = lib_.column_blob(row, column);
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
  }
  int64_t Integer(sqlite3_stmt* row, int column) const { return lib_.column_int64(row, column); }
  bool changed() const { return lib_.changes(handle_) > 0; }
  std::string error() const { return !error_.empty() ? error_ : lib_.errmsg(handle_); }

 private:
  /// How many values each statement takes.
  static constexpr std::array<int, kQueries> kValues = {1, 2, 1, 0, 0, 0, 0, 0};

  bool Bind(Query query, int position, std::string_view value) {
    if (position > kValues[query]) return true;
    // Never a null pointer, which would be SQL's NULL.
    const char* bytes = value.empty() ? "" : value.data();
    return lib_.bind_blob64(statements_[query], position, bytes, value.size(), SQLITE_STATIC) == SQLITE_OK;
  }

  const SqliteLibrary& lib_;
  sqlite3* handle_ = nullptr;
  std::array<sqlite3_stmt*, kQueries> statements_ = {};
  std::string error_;
};

class SqliteBackend final : public KVBackend {
 public:
  SqliteBackend(std::unique_ptr<Database> database, const KVLimits& limits) noexcept
      : limits_(limits), database_(std::move(database)) {}
  ~SqliteBackend() override {
    // Closing a connection of the parent's would confuse the locks of both.
    if (origin().forked()) support::Abandon(database_);
  }
  SqliteBackend(const SqliteBackend&) = delete;
  SqliteBackend& operator=(const SqliteBackend&) = delete;

  Expected<std::optional<std::string>> Get(std::string_view key) override {
    const std::lock_guard lock(mutex_);
    std::optional<std::string> value;
    const auto take = [&](sqlite3_stmt* row) { value = database_->Blob(row, 0); };
    if (!database_->Run(Database::kGet, key, {}, take)) return Broken();
    return value;
  }

  Expected<void> Set(std::string_view key, std::string_view json) override {
    const std::lock_guard lock(mutex_);
    if (!database_->Run(Database::kBegin)) return Broken();
    if (!database_->Run(Database::kSet, key, json)) return Undo(Broken());
    int64_t entries = 0;
    int64_t bytes = 0;
    const auto take = [&](sqlite3_stmt* row) {
      entries = database_->Integer(row, 0);
      bytes = database_->Integer(row, 1);
    };
    if (!database_->Run(Database::kHeld, {}, {}, take)) return Undo(Broken());
    const auto room = CheckRoom(limits_, static_cast<size_t>(entries), static_cast<size_t>(bytes));
    if (!room) return Undo(room.error());
    return database_->Run(Database::kCommit) ? Expected<void>() : Undo(Broken());
  }

  Expected<bool> Delete(std::string_view key) override {
    const std::lock_guard lock(mutex_);
    if (!database_->Run(Database::kDelete, key)) return Broken();
    return database_->changed();
  }

  Expected<std::vector<std::string>> Keys() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    const auto take = [&](sqlite3_stmt* row) { keys.push_back(database_->Blob(row, 0)); };
    if (!database_->Run(Database::kKeys, {}, {}, take)) return Broken();
    return keys;
  }

  const KVLimits& limits() const noexcept override { return limits_; }
  bool blocks() const noexcept override { return true; }

 private:
  /// Nothing of the file's place: guests read this.
  Error Broken() const { return {ErrorKind::kUnavailable, "the store cannot be used: " + database_->error()}; }

  Error Undo(Error error) {
    (void)database_->Run(Database::kRollback);
    return error;
  }

  const KVLimits limits_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

Error Refused(const std::string& path, const std::string& why, ErrorKind kind = ErrorKind::kInvalidArgument) {
  return {kind, "the kv file " + path + " cannot be used: " + why + " (KVStore::Open, --kv-file)"};
}

/// Makes an empty file that only its owner can read, where there is none: SQLite's own would be readable to all. Under
/// another name first, because closing a file of this process takes the locks away that SQLite may hold on it already.
/// Where it fails, opening the database says why.
void MakePrivateFile(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return;
  std::string temporary = path + ".XXXXXX";
  // Mode 0600.
  const int made = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (made < 0) return;
  ::close(made);
  [[maybe_unused]] const int linked = ::link(temporary.c_str(), path.c_str());
  ::unlink(temporary.c_str());
}

/// Makes the tables in a new file, and refuses a file that is something else.
Expected<void> Prepare(Database& database, const std::string& path) {
  const auto failed = [&] { return Refused(path, database.error()); };
  // What is committed survives the death of the process; what a
  // power failure takes are at most the last changes, never the file.
  if (!database.SwitchToWal() || !database.Execute("PRAGMA synchronous = NORMAL") ||
      !database.Execute("PRAGMA trusted_schema = OFF") || !database.Execute("BEGIN IMMEDIATE")) {
    return failed();
  }
  int64_t application = 0;
  int64_t version = 0;
  int64_t tables = 0;
  if (!database.Number("PRAGMA application_id", application) || !database.Number("PRAGMA user_version", version) ||
      !database.Number("SELECT count(*) FROM sqlite_schema", tables)) {
    return failed();
  }
  if (application == 0 && tables == 0) {
    if (!database.Execute(kSchema)) return failed();
  } else if (application != kApplicationId) {
    return Refused(path, "it is a database of another program");
  } else if (version != kVersion) {
    return Refused(path, "its format is version " + std::to_string(version) + ", this goru reads version 1");
  }
  if (!database.Execute("COMMIT") || !database.PrepareAll()) return failed();
  return {};
}

}  // namespace

Expected<std::shared_ptr<KVBackend>> OpenSqliteBackend(const std::string& path, const KVLimits& limits) {
  const auto library = SqliteLibrary::Load();
  if (!library) return library.error();
  MakePrivateFile(path);
  auto database = std::make_unique<Database>(**library);
  if (!database->Open(path)) return Refused(path, database->error(), ErrorKind::kUnavailable);
  if (auto prepared = Prepare(*database, path); !prepared) return prepared.error();
  return std::shared_ptr<KVBackend>(std::make_shared<SqliteBackend>(std::move(database), limits));
}

}  // namespace goru::internal
