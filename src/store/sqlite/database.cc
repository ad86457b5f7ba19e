#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/check.h"
#include "store/sqlite/log_vfs.h"
#include "store/task_store.h"

namespace postrider::sqlite {

Statement::Statement(Database& database, std::string_view sql)
    : database_(&database), statement_(database.take(sql)) {}

Statement::~Statement() {
  if (statement_ != nullptr) database_->give_back(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  CHECK(sqlite3_bind_double(statement_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, std::string_view value) {
  const char* text = value.data() != nullptr ? value.data() : "";
  CHECK(sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, std::nullopt_t) {
  CHECK(sqlite3_bind_null(statement_, index) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, std::optional<std::int64_t> value) {
  return value ? bind(index, *value) : bind(index, std::nullopt);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  database_->fail(code, sqlite3_sql(statement_));
}

int Statement::finish() {
  while (step()) {
  }
  const int changed = sqlite3_changes(database_->raw());
  reset();
  return changed;
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {text != nullptr ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Database(const std::string& file, Mode mode) {
  // Without statistics of its memory SQLite needs no lock for each piece of it. Once, before its first
  // use in this process; later calls are refused, which changes nothing.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
      (mode == Mode::writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const char* const vfs = mode == Mode::writer ? log_vfs() : nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, vfs);
  if (code != SQLITE_OK) {
    const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close(handle_);
    throw StoreFault(StoreFault::Kind::lost, fmt::format("cannot open the database {}: {}", file, why));
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 5000);
}

Database::~Database() {
  begin_.reset();
  commit_.reset();
  for (const auto& [sql, statement] : kept_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

sqlite3_stmt* Database::take(std::string_view sql) {
  if (const auto found = kept_.find(sql); found != kept_.end()) {
    auto* statement = found->second;
    kept_.erase(found);
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
  return statement;
}

void Database::give_back(sqlite3_stmt* statement) {
  steps_ += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);  // texts are bound where they stand and may go away
  if (kept_.size() < kMostKept) {
    kept_.emplace(sqlite3_sql(statement), statement);
  } else {
    sqlite3_finalize(statement);
  }
}

void Database::run(std::optional<Statement>& statement, std::string_view sql) {
  if (!statement) statement.emplace(*this, sql);
  try {
    statement->run();
  } catch (...) {
    statement->reset();  // one that failed and stands open would keep the next from beginning
    throw;
  }
}

void Database::begin() {
  run(begin_, "BEGIN IMMEDIATE");
}

void Database::commit() {
  run(commit_, "COMMIT");
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

void Database::fail(int code, std::string_view doing) {
  const std::string text =
      fmt::format("database: {} ({}) while doing: {}", sqlite3_errmsg(handle_), code, doing.substr(0, 120));
  // Full or busy: rolled back, worth another try. Every other failure, a failed sync above all,
  // leaves this process not knowing what is on disk.
  const int basic = code & 0xFF;
  const bool retry =
      basic == SQLITE_FULL || basic == SQLITE_BUSY || basic == SQLITE_LOCKED || basic == SQLITE_NOMEM;
  throw StoreFault(retry ? StoreFault::Kind::retry : StoreFault::Kind::lost, text);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.begin();
}

Transaction::~Transaction() {
  if (open_ && sqlite3_get_autocommit(database_.raw()) == 0) {
    sqlite3_exec(database_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  database_.commit();
  open_ = false;
}

}  // namespace postrider::sqlite
