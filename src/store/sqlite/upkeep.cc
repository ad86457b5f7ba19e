// The database itself: its state, and small named facts (meta).

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {

std::optional<std::string> SqliteCampaignStore::meta(std::string_view key) {
  return read([&](Database& db) -> std::optional<std::string> {
    Statement row(db, "SELECT value FROM meta WHERE key = ?");
    if (!row.query(key).step()) return std::nullopt;
    return std::string{row.text(0)};
  });
}

constexpr auto kSetMeta =
    "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";

void SqliteCampaignStore::set_meta(std::string_view key, std::string_view value) {
  transact([&](Database& db) { return Statement(db, kSetMeta).run(key, value); });
}

DatabaseState SqliteCampaignStore::state() {
  DatabaseState state;
  state.file = writer_.file;
  if (const auto mark = meta("quarantined_at")) state.quarantined_at = from_micros(std::stoll(*mark));
  state.schema = read([](Database& db) {
    Statement version(db, "PRAGMA user_version");
    version.step();
    return static_cast<int>(version.integer(0));
  });
  const std::lock_guard lock(writer_.mutex);
  state.trouble = writer_.trouble;
  return state;
}

}  // namespace postrider::sqlite
