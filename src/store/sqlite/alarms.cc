#include <algorithm>
#include <array>

#include "store/sqlite/alarm_states.h"
#include "store/sqlite/alarm_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

// Of this connection, and so of this process: without alarms nobody pays for them.
constexpr auto kTriggers = R"sql(
CREATE TEMP TRIGGER new_task_wants_alarm AFTER INSERT ON main.task WHEN NEW.kind = 0 AND NEW.state = 0
BEGIN
  UPDATE sequence SET last = last + 1 WHERE name = 'alarm';
  INSERT OR REPLACE INTO alarm (task_id, number, at, state)
    SELECT NEW.id, last, NEW.due, 0 FROM sequence WHERE name = 'alarm';
END;
CREATE TEMP TRIGGER task_wants_alarm_again AFTER UPDATE OF state, due ON main.task
WHEN NEW.kind = 0 AND NEW.state = 0 AND (OLD.state <> 0 OR NEW.due <> OLD.due)
BEGIN
  UPDATE sequence SET last = last + 1 WHERE name = 'alarm';
  INSERT OR REPLACE INTO alarm (task_id, number, at, state)
    SELECT NEW.id, last, NEW.due, 0 FROM sequence WHERE name = 'alarm';
END;
CREATE TEMP TRIGGER alarm_goes_with_its_task AFTER DELETE ON main.task WHEN OLD.kind = 0
BEGIN
  DELETE FROM alarm WHERE task_id = OLD.id AND state <> 1;
  UPDATE alarm SET state = 4 WHERE task_id = OLD.id;
END;
)sql";

// Also numbers that were given while this process was away are never given again.
constexpr auto kWantAll =
    "INSERT INTO alarm (task_id, number, at, state) SELECT t.id, (SELECT last FROM sequence WHERE name = 'alarm') "
    "+ row_number() OVER (ORDER BY t.due), t.due, 0 FROM task t WHERE t.kind = 0 AND t.state = 0 AND NOT EXISTS "
    "(SELECT 1 FROM alarm a WHERE a.task_id = t.id)";
constexpr auto kNumbersGiven =
    "UPDATE sequence SET last = max(last, coalesce((SELECT max(number) FROM alarm), 0)) WHERE name = 'alarm'";

// Of tasks that ended while no process watched over their alarms.
constexpr auto kForgetOver =
    "DELETE FROM alarm WHERE task_id <> 0 AND state NOT IN (1, 4) AND task_id NOT IN (SELECT id FROM task)";
constexpr auto kStrayOver =
    "UPDATE alarm SET state = 4 WHERE task_id <> 0 AND state = 1 AND task_id NOT IN (SELECT id FROM task)";

// The tick's alarm gives its place to the next one; where it is set, the queue is to be rid of it.
constexpr auto kStrayTick = "UPDATE alarm SET task_id = -number, state = 4 WHERE task_id = 0 AND state = 1";

constexpr auto kAgain = "UPDATE alarm SET state = 0, number = ?2, at = ?3 WHERE task_id = ?1";

constexpr auto kSleepers =
    "SELECT a.task_id, max(t.due, l.wake) FROM alarm a JOIN task t ON t.id = a.task_id JOIN lane l ON l.id = "
    "t.lane_id WHERE a.state = 3 AND l.wake IS NOT NULL LIMIT ?";

std::vector<WantedAlarm> read_wanted(Statement& rows) {
  std::vector<WantedAlarm> all;
  while (rows.step()) all.push_back({TaskId{rows.integer(0)}, rows.integer(1), from_micros(rows.integer(2))});
  return all;
}

class SqliteAlarmStore final : public AlarmStore {
 public:
  explicit SqliteAlarmStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  void begin() override {
    transact(writer_, [&](Database& db) {
      db.execute(kTriggers);
      Statement(db, kForgetOver).run();
      Statement(db, kStrayOver).run();
      Statement(db, kNumbersGiven).run();
      Statement(db, kWantAll).run();
      Statement(db, kNumbersGiven).run();
      // Rang, and the process ended before what came of it was on disk.
      Statement(db, "UPDATE alarm SET state = 3 WHERE state = 2 AND task_id <> 0").run();
      return 0;
    });
  }

  std::int64_t commits() const override { return writer_.commits; }

  std::vector<WantedAlarm> wanted(WallTime until, int limit) override {
    auto lease = readers_.take();
    Statement rows(*lease,
                   "SELECT task_id, number, at FROM alarm WHERE state = 0 AND at <= ? ORDER BY at LIMIT ?");
    return read_wanted(rows.query(to_micros(until), limit));
  }

  std::optional<WantedAlarm> wanted_for(TaskId task) override {
    auto lease = readers_.take();
    Statement rows(*lease, "SELECT task_id, number, at FROM alarm WHERE task_id = ? AND state = 0");
    const auto found = read_wanted(rows.query(task.value));
    return found.empty() ? std::nullopt : std::optional{found.front()};
  }

  void set(std::span<const WantedAlarm> alarms, WallTime now) override {
    if (alarms.empty()) return;
    transact(writer_, [&](Database& db) {
      Statement row(
          db, "UPDATE alarm SET state = 1, set_at = ?3 WHERE task_id = ?1 AND number = ?2 AND state = 0");
      for (const auto& alarm : alarms) row.run(alarm.task.value, alarm.number, to_micros(now));
      return 0;
    });
  }

  int wake_sleepers(int limit) override {
    return transact(writer_, [&](Database& db) {
      std::vector<std::pair<std::int64_t, std::int64_t>> found;
      Statement rows(db, kSleepers);
      for (rows.query(limit); rows.step();) found.emplace_back(rows.integer(0), rows.integer(1));
      Statement again(db, kAgain);
      for (const auto& [task, at] : found) again.run(task, next_number(db), at);
      return static_cast<int>(found.size());
    });
  }

  std::vector<WantedAlarm> strays(int limit) override {
    auto lease = readers_.take();
    Statement rows(*lease, "SELECT max(task_id, 0), number, at FROM alarm WHERE state = 4 LIMIT ?");
    return read_wanted(rows.query(limit));
  }

  void forget(std::span<const WantedAlarm> strays) override {
    transact(writer_, [&](Database& db) {
      Statement row(db, "DELETE FROM alarm WHERE number = ? AND state = 4");
      for (const auto& stray : strays) row.run(stray.number);
      return 0;
    });
  }

  void want_tick(WallTime at) override {
    {
      auto lease = readers_.take();
      if (is_soon_enough(*lease, at)) return;
    }
    transact(writer_, [&](Database& db) {
      if (is_soon_enough(db, at)) return 0;
      Statement(db, kStrayTick).run();
      return Statement(db, "INSERT OR REPLACE INTO alarm (task_id, number, at, state) VALUES (0, ?, ?, 0)")
          .run(next_number(db), to_micros(at));
    });
  }

  void tick_came(std::int64_t number) override {
    transact(writer_, [&](Database& db) {
      return Statement(db, "DELETE FROM alarm WHERE task_id <= 0 AND number = ?").run(number);
    });
  }

  void forget_tick() override {
    transact(writer_, [&](Database& db) {
      Statement(db, kStrayTick).run();
      return Statement(db, "DELETE FROM alarm WHERE task_id = 0").run();
    });
  }

  bool planning(WallTime now) override {
    auto lease = readers_.take();
    Statement row(*lease, "SELECT 1 FROM lane WHERE mailbox_id = 0 AND (running > 0 OR wake <= ?)");
    return row.query(to_micros(now)).step();
  }

  std::optional<WallTime> next_need(WallTime now, Micros horizon) override {
    auto lease = readers_.take();
    return next_need(*lease, now, horizon);
  }

  AlarmNeeds needs(WallTime now, Micros horizon) override {
    auto lease = readers_.take();
    AlarmNeeds needs;
    Statement any(*lease, "SELECT 1 FROM alarm WHERE state = 0 AND at <= ? LIMIT 1");
    needs.any_wanted = any.query(to_micros(now + horizon)).step();
    if (const auto next = next_need(*lease, now, horizon)) {
      const auto at = std::clamp(*next, now, WallTime{now + horizon});
      if (!is_soon_enough(*lease, at)) needs.tick = at;
      return needs;
    }
    Statement idle(
        *lease,
        "SELECT task_id, number, at FROM alarm WHERE task_id = 0 AND state = 1 AND at > ? AND NOT EXISTS "
        "(SELECT 1 FROM alarm WHERE task_id > 0)");
    const auto found = read_wanted(idle.query(to_micros(now + kFarOff)));
    if (!found.empty()) needs.idle = found.front();
    return needs;
  }

  bool any_overdue(WallTime rang_before) override {
    auto lease = readers_.take();
    Statement row(*lease, "SELECT 1 FROM alarm WHERE state = 1 AND at < ? AND task_id <> 0 LIMIT 1");
    return row.query(to_micros(rang_before)).step();
  }

  bool purged(WallTime at) override {
    return transact(writer_, [&](Database& db) {
      Statement(db, "DELETE FROM alarm WHERE ((task_id = 0 AND state = 1) OR state = 4) AND set_at < ?")
          .run(to_micros(at));
      Statement row(db, "SELECT 1 FROM alarm WHERE state = 1 AND set_at < ? LIMIT 1");
      return row.query(to_micros(at)).step();
    });
  }

  std::vector<std::int64_t> not_current(std::span<const std::int64_t> numbers, std::int64_t look) override {
    return transact(writer_, [&](Database& db) {
      std::vector<std::int64_t> stray;
      Statement seen(db, "UPDATE alarm SET seen = ?2 WHERE number = ?1 AND state <> 4");
      for (const auto number : numbers) {
        if (seen.run(number, look) == 0) stray.push_back(number);
      }
      return stray;
    });
  }

  int renew_unseen(std::int64_t look, WallTime began) override {
    return transact(writer_, [&](Database& db) {
      std::vector<std::pair<std::int64_t, std::int64_t>> lost;
      Statement rows(db, "SELECT task_id, at FROM alarm WHERE state = 1 AND seen <> ? AND set_at < ?");
      for (rows.query(look, to_micros(began)); rows.step();)
        lost.emplace_back(rows.integer(0), rows.integer(1));
      Statement again(db, kAgain);
      for (const auto& [task, at] : lost) again.run(task, next_number(db), at);
      return static_cast<int>(lost.size());
    });
  }

 private:
  static constexpr Micros kTickIsLost = std::chrono::minutes{2};
  /// They do no harm; a request that leaves one need not have a tick follow it at once.
  static constexpr Micros kStraysMayWait = std::chrono::seconds{10};
  static constexpr Micros kFarOff = std::chrono::hours{1};
  /// A plan that sleeps until its lanes run low (plan_steps.cc) needs no tick.
  static constexpr std::int64_t kNever = 4'000'000'000'000'000;

  static std::optional<WallTime> next_need(Database& db, WallTime now, Micros horizon) {
    std::optional<std::int64_t> next;
    const auto consider = [&](const std::optional<std::int64_t>& at) {
      if (at && (!next || *at < *next)) next = at;
    };
    Statement plans(db, "SELECT min(wake) FROM lane WHERE mailbox_id = 0 AND wake < ?");
    plans.query(kNever).step();
    consider(plans.maybe_integer(0));
    Statement planning(db, "SELECT 1 FROM lane WHERE mailbox_id = 0 AND running > 0");
    if (planning.query().step()) consider(to_micros(now));
    Statement sleepers(db, kSleepers);
    if (sleepers.query(1).step()) consider(to_micros(now));
    Statement stray(db, "SELECT 1 FROM alarm WHERE state = 4 LIMIT 1");
    if (stray.query().step()) consider(to_micros(now + kStraysMayWait));
    Statement far(db, "SELECT min(at) FROM alarm WHERE state = 0 AND task_id <> 0");
    far.query().step();
    if (const auto at = far.maybe_integer(0)) consider(*at - horizon.count());
    return next ? std::optional{from_micros(*next)} : std::nullopt;
  }

  static std::int64_t next_number(Database& db) {
    Statement row(db, kNextAlarmNumber);
    row.query().step();
    return row.integer(0);
  }
  /// One that is set and should have rung long ago was lost: it does not count.
  bool is_soon_enough(Database& db, WallTime at) const {
    Statement row(
        db, "SELECT 1 FROM alarm WHERE task_id = 0 AND at <= ?1 AND (state = 0 OR (state = 1 AND at > ?2))");
    return row.query(to_micros(at), to_micros(writer_.clock.wall_now() - kTickIsLost)).step();
  }

  Writer& writer_;
  Readers readers_;
};

}  // namespace

std::unique_ptr<AlarmStore> make_alarm_store(Writer& writer) {
  return std::make_unique<SqliteAlarmStore>(writer);
}

}  // namespace postrider::sqlite
