#include "store/sqlite/alert_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

constexpr Micros kKept = std::chrono::hours{24 * 30};

constexpr auto kWaits = "SELECT 1 FROM alert WHERE state = 0 AND next_try <= ? LIMIT 1";
constexpr auto kForget = "DELETE FROM alert WHERE state > 0 AND made < ?";
// The first of a cause is kept, the others of its hour go. A row taken in within this hour stands for all.
constexpr auto kHold =
    "DELETE FROM alert AS new WHERE new.state = 0 AND new.made IS NULL AND EXISTS (SELECT 1 FROM alert a WHERE a.kind "
    "= new.kind AND a.subject = new.subject AND (a.made > ? OR (a.made IS NULL AND a.id < new.id)))";
constexpr auto kTakeIn = "UPDATE alert SET made = ? WHERE state = 0 AND made IS NULL";
constexpr auto kDue =
    "SELECT id, kind, subject, why, made, tries FROM alert WHERE state = 0 AND next_try <= ? ORDER BY id LIMIT ?";

class SqliteAlertStore final : public AlertStore {
 public:
  explicit SqliteAlertStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  std::vector<Alert> due(WallTime now, int limit) override {
    if (!any(now)) return {};
    return transact(writer_, [&](Database& db) {
      Statement(db, kForget).run(to_micros(now - kKept));
      Statement(db, kHold).run(to_micros(now - kAlertEvery));
      Statement(db, kTakeIn).run(to_micros(now));
      std::vector<Alert> all;
      Statement rows(db, kDue);
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

  void told(AlertId id) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, "UPDATE alert SET state = 1, tries = tries + 1, trouble = '' WHERE id = ?")
          .run(id.value);
    });
  }

  void try_again(AlertId id, WallTime at, std::string_view why) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, "UPDATE alert SET tries = tries + 1, next_try = ?2, trouble = ?3 WHERE id = ?1")
          .run(id.value, to_micros(at), why);
    });
  }

  void give_up(AlertId id, std::string_view why) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, "UPDATE alert SET state = 2, trouble = ?2 WHERE id = ?1").run(id.value, why);
    });
  }

 private:
  /// Asked often, so it costs no write.
  bool any(WallTime now) {
    auto db = readers_.take();
    Statement row(*db, kWaits);
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
