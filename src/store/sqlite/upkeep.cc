// The database itself: its state, and small named facts (meta).

#include <sqlite3.h>

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

namespace {

/// Ends what a connection is at when its time is over; takes itself away again.
class Patience {
 public:
  Patience(Database& db, const Clock& clock, Micros patience)
      : db_(db), clock_(clock), end_(clock.boot_now() + patience) {
    constexpr int steps = 10'000;
    ::sqlite3_progress_handler(
        db.raw(), steps, [](void* self) { return static_cast<Patience*>(self)->look(); }, this);
  }
  ~Patience() { ::sqlite3_progress_handler(db_.raw(), 0, nullptr, nullptr); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
  bool ended() const { return ended_; }

 private:
  int look() {
    ended_ = ended_ || clock_.boot_now() >= end_;
    return ended_ ? 1 : 0;
  }

  Database& db_;
  const Clock& clock_;
  const BootTime end_;
  bool ended_ = false;
};

}  // namespace

std::optional<std::string> SqliteCampaignStore::quick_check(Micros patience) {
  return read([&](Database& db) -> std::optional<std::string> {
    const Patience watch(db, writer_.clock, patience);
    try {
      Statement check(db, "PRAGMA quick_check(1)");
      if (!check.step() || check.text(0) == "ok") return std::string();
      return std::string{check.text(0)};
    } catch (const Fault& fault) {
      if (watch.ended()) return std::nullopt;
      return fault.what();
    }
  });
}

}  // namespace postrider::sqlite
