// The throttle of logins. A try is counted before the password is looked at and taken back when it was
// right: so a hundred tries at once are a hundred failures, not one.

#include <algorithm>

#include "store/sqlite/account_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kFind =
    "SELECT failures, blocked_until FROM login_throttle WHERE key = ? AND last_failure > ?";
constexpr auto kCount =
    "INSERT INTO login_throttle (key, failures, last_failure, blocked_until) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (key) DO UPDATE SET failures = ?2, last_failure = ?3, blocked_until = ?4";
// Those nobody needs any more, and the oldest when there are too many.
constexpr auto kForget = "DELETE FROM login_throttle WHERE last_failure <= ?";
constexpr auto kForgetOldest =
    "DELETE FROM login_throttle WHERE key IN (SELECT key FROM login_throttle ORDER BY last_failure LIMIT "
    "max(0, (SELECT count(*) FROM login_throttle) - ?))";

/// Until when one of them is blocked; none: none is.
std::optional<WallTime> blocked(Database& db, const std::vector<std::string>& keys, WallTime now) {
  std::optional<WallTime> until;
  Statement row(db, kFind);
  for (const auto& key : keys) {
    if (!row.query(std::string_view{key}, to_micros(now - kFailureMemory)).step()) continue;
    const auto free = from_micros(row.integer(1));
    if (free > now) until = std::max(until.value_or(free), free);
  }
  return until;
}

}  // namespace

std::optional<WallTime> SqliteAccountStore::begin_login(const std::vector<std::string>& keys, WallTime now) {
  // Looked at first without writing: whoever is blocked costs no write.
  if (const auto until = read([&](Database& db) { return blocked(db, keys, now); })) return until;
  return write([&](Database& db) -> std::optional<WallTime> {
    if (const auto until = blocked(db, keys, now)) return until;
    Statement(db, kForget).run(to_micros(now - kFailureMemory));
    Statement row(db, kFind), count(db, kCount);
    for (const auto& key : keys) {
      const bool known = row.query(std::string_view{key}, to_micros(now - kFailureMemory)).step();
      const int failures = (known ? static_cast<int>(row.integer(0)) : 0) + 1;
      count.run(std::string_view{key}, failures, to_micros(now), to_micros(now + block_after(failures)));
    }
    Statement(db, kForgetOldest).run(kMostThrottled);
    return std::nullopt;
  });
}

constexpr auto kTakeBack =
    "UPDATE login_throttle SET failures = max(0, failures - 1), blocked_until = 0 WHERE key = ?";

void SqliteAccountStore::end_login(std::string_view cleared, const std::vector<std::string>& others) {
  write([&](Database& db) {
    for (const auto& key : others) Statement(db, kTakeBack).run(std::string_view{key});
    return Statement(db, "DELETE FROM login_throttle WHERE key = ?").run(cleared);
  });
}

}  // namespace postrider::sqlite
