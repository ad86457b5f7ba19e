#include "store/sqlite/alert_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

constexpr Micros kKept = std::chrono::hours{24 * 30};

constexpr auto kForget = "DELETE FROM alert WHERE state > 0 AND post_state > 0 AND made < ?";
// The first of a cause is kept, the others of its hour go. A row taken in within this hour stands for all.
constexpr auto kHold =
    "DELETE FROM alert AS new WHERE new.state = 0 AND new.made IS NULL AND EXISTS (SELECT 1 FROM alert a WHERE a.kind "
    "= new.kind AND a.subject = new.subject AND (a.made > ? OR (a.made IS NULL AND a.id < new.id)))";
constexpr auto kTakeIn = "UPDATE alert SET made = ? WHERE state = 0 AND made IS NULL";

/// The same statements for each way, on its own columns.
struct WaySql {
  const char *waits, *due, *told, *try_again, *give_up;
};

constexpr WaySql kMail{
    .waits = "SELECT 1 FROM alert WHERE state = 0 AND next_try <= ? LIMIT 1",
    .due =
        "SELECT id, kind, subject, why, made, tries FROM alert WHERE state = 0 AND next_try <= ? ORDER BY id LIMIT ?",
    .told = "UPDATE alert SET state = 1, tries = tries + 1, trouble = '' WHERE id = ?",
    .try_again = "UPDATE alert SET tries = tries + 1, next_try = ?2, trouble = ?3 WHERE id = ?1",
    .give_up = "UPDATE alert SET state = 2, trouble = ?2 WHERE id = ?1",
};
constexpr WaySql kPost{
    .waits = "SELECT 1 FROM alert WHERE post_state = 0 AND post_next_try <= ? LIMIT 1",
    .due =
        "SELECT id, kind, subject, why, made, post_tries FROM alert WHERE post_state = 0 AND post_next_try <= ? "
        "ORDER BY id LIMIT ?",
    .told = "UPDATE alert SET post_state = 1, post_tries = post_tries + 1, post_trouble = '' WHERE id = ?",
    .try_again =
        "UPDATE alert SET post_tries = post_tries + 1, post_next_try = ?2, post_trouble = ?3 WHERE id = ?1",
    .give_up = "UPDATE alert SET post_state = 2, post_trouble = ?2 WHERE id = ?1",
};

const WaySql& sql_of(AlertWay way) {
  return way == AlertWay::mail ? kMail : kPost;
}

class SqliteAlertStore final : public AlertStore {
 public:
  explicit SqliteAlertStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  std::vector<Alert> due(AlertWay way, WallTime now, int limit) override {
    if (!any(way, now)) return {};
    return transact(writer_, [&](Database& db) {
      Statement(db, kForget).run(to_micros(now - kKept));
      Statement(db, kHold).run(to_micros(now - kAlertEvery));
      Statement(db, kTakeIn).run(to_micros(now));
      std::vector<Alert> all;
      Statement rows(db, sql_of(way).due);
      rows.query(to_micros(now), limit);
      while (rows.step()) {
        all.push_back({.id = AlertId{rows.integer(0)},
                       .kind = static_cast<AlertKind>(rows.integer(1)),
                       .subject = rows.integer(2),
                       .why = std::string(rows.text(3)),
                       .made = from_micros(rows.integer(4)),
                       .tries = static_cast<int>(rows.integer(5))});
      }
      return all;
    });
  }

  void told(AlertWay way, AlertId id) override {
    transact(writer_, [&](Database& db) { return Statement(db, sql_of(way).told).run(id.value); });
  }

  void try_again(AlertWay way, AlertId id, WallTime at, std::string_view why) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, sql_of(way).try_again).run(id.value, to_micros(at), why);
    });
  }

  void give_up(AlertWay way, AlertId id, std::string_view why) override {
    transact(writer_, [&](Database& db) { return Statement(db, sql_of(way).give_up).run(id.value, why); });
  }

 private:
  /// Asked often, so it costs no write.
  bool any(AlertWay way, WallTime now) {
    auto db = readers_.take();
    Statement row(*db, sql_of(way).waits);
    return row.query(to_micros(now)).step();
  }

  Writer& writer_;
  Readers readers_;
};

}  // namespace

std::unique_ptr<AlertStore> make_alert_store(Writer& writer) {
  return std::make_unique<SqliteAlertStore>(writer);
}

}  // namespace postrider::sqlite
