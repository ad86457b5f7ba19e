#include "store/sqlite/migrations.h"

#include <fmt/format.h>

#include "store/sqlite/schema.sql.h"

namespace postrider::sqlite {
namespace {

constexpr int kLatest = static_cast<int>(kMigrations.size());

std::int64_t number(Database& db, const char* query) {
  Statement row(db, query);
  return row.step() ? row.integer(0) : 0;
}

}  // namespace

Result<void> migrate(Database& db, const std::string& file) {
  const auto version = number(db, "PRAGMA user_version");
  if (version > kLatest) {
    return conflict(
        "database_newer",
        fmt::format("The database {} was written by a newer Postrider (schema {}, this one knows {}). Start "
                    "that version, or restore a backup.",
                    file, version, kLatest));
  }
  const bool has_schema = number(db, "SELECT 1 FROM sqlite_master LIMIT 1") != 0;
  const bool is_ours =
      number(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'campaign'") != 0;
  if (has_schema && (version == 0 || !is_ours)) {
    return invalid("not_a_database",
                   fmt::format("{} is another program's database. Choose another file.", file));
  }
  for (auto next = version; next < kLatest; ++next) {
    Transaction transaction(db);
    db.execute(kMigrations[static_cast<std::size_t>(next)]);
    db.execute(fmt::format("PRAGMA user_version = {}", next + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace postrider::sqlite
