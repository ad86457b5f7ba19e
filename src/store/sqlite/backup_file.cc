#include "store/sqlite/backup_file.h"

#include <fmt/format.h>

#include <charconv>

#include "store/sqlite/database.h"
#include "store/sqlite/schema.sql.h"
#include "store/task_store.h"

namespace postrider {
namespace {

std::unexpected<Error> not_a_backup(const std::string& file, std::string_view why) {
  return invalid("not_a_backup", fmt::format("{} is no backup of a Postrider database: {}.", file, why));
}

constexpr auto kTables =
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'campaign', 'email', "
    "'task')";
constexpr auto kMark = "SELECT value FROM meta WHERE key = 'quarantined_at'";

}  // namespace

Result<DatabaseState> inspect_backup(const std::string& file) {
  try {
    sqlite::Database db(file, sqlite::Database::Mode::reader);
    sqlite::Statement tables(db, kTables);
    if (!tables.step() || tables.integer(0) != 4) return not_a_backup(file, "its tables are missing");
    sqlite::Statement check(db, "PRAGMA integrity_check(1)");
    if (!check.step() || check.text(0) != "ok")
      return not_a_backup(file, fmt::format("damaged: {}", check.text(0)));
    sqlite::Statement version(db, "PRAGMA user_version");
    const bool known =
        version.step() && version.integer(0) <= static_cast<std::int64_t>(sqlite::kMigrations.size());
    if (!known) return not_a_backup(file, "it was made by a newer version of this program");
    sqlite::Statement mark(db, kMark);
    if (!mark.step()) {
      return not_a_backup(file, "it was not made by `postrider backup`, so nobody knows from when it is");
    }
    const auto text = std::string(mark.text(0));
    std::int64_t micros = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), micros);
    if (bad != std::errc{} || end != text.data() + text.size()) {
      return not_a_backup(file, "its mark cannot be read");
    }
    return DatabaseState{.file = file,
                         .schema = static_cast<int>(version.integer(0)),
                         .quarantined_at = from_micros(micros),
                         .trouble = {}};
  } catch (const StoreFault& fault) {
    return not_a_backup(file, fault.what());
  }
}

}  // namespace postrider
