// Queues: named lines of tasks with their own rate, retry rules and pause switch. A change is one
// row and the wake times of the queue's lanes; no task is rewritten.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/queue_rows.h"

namespace postrider::sqlite {

QueueSettings read_queue_settings(const Statement& row, int first) {
  QueueSettings settings;
  settings.max_dispatches_per_second = row.real(first);
  settings.max_concurrent_dispatches = static_cast<int>(row.integer(first + 1));
  settings.max_attempts = static_cast<int>(row.integer(first + 2));
  settings.max_retry_duration = Micros{row.integer(first + 3)};
  settings.min_backoff = Micros{row.integer(first + 4)};
  settings.max_backoff = Micros{row.integer(first + 5)};
  settings.max_doublings = static_cast<int>(row.integer(first + 6));
  return settings;
}

namespace {

constexpr auto kSelect =
    "SELECT q.id, q.name, q.per_second, q.concurrent, q.max_attempts, q.max_retry, q.min_backoff, "
    "q.max_backoff, q.max_doublings, q.paused, q.purged_at, "
    "(SELECT coalesce(sum(l.waiting + l.running), 0) FROM lane l WHERE l.queue_id = q.id) FROM queue q ";

QueueView read_row(const Statement& row) {
  QueueView queue;
  queue.id = QueueId{row.integer(0)};
  queue.settings = read_queue_settings(row, 2);
  queue.settings.name = row.text(1);
  queue.paused = row.integer(9) != 0;
  if (const auto purged = row.maybe_integer(10)) queue.purged_at = from_micros(*purged);
  queue.tasks = row.integer(11);
  return queue;
}

std::unexpected<Error> no_queue(std::string_view which) {
  return not_found("queue_not_found",
                   fmt::format("There is no queue {}. See `postrider queue list`.", which));
}

constexpr auto kId = "SELECT id FROM queue WHERE name = ?";
constexpr auto kUntouchedId = "SELECT id FROM queue WHERE name = ? AND untouched = 1";

std::int64_t id_of(Database& db, std::string_view name, const char* select = kId) {
  Statement row(db, select);
  return row.query(name).step() ? row.integer(0) : 0;
}

constexpr auto kInsert =
    "INSERT INTO queue (per_second, concurrent, max_attempts, max_retry, min_backoff, max_backoff, "
    "max_doublings, name, created, untouched) VALUES (?,?,?,?,?,?,?,?,?,?)";
// The bucket starts full again under the new rate: tokens of the old one mean nothing.
constexpr auto kUpdate =
    "UPDATE queue SET per_second=?, concurrent=?, max_attempts=?, max_retry=?, min_backoff=?, max_backoff=?, "
    "max_doublings=?, tokens=0, refilled=0, untouched=0 WHERE id=?";

template <class... More>
int run_settings(Statement& statement, const QueueSettings& s, const More&... more) {
  return statement.run(s.max_dispatches_per_second, s.max_concurrent_dispatches, s.max_attempts,
                       s.max_retry_duration.count(), s.min_backoff.count(), s.max_backoff.count(),
                       s.max_doublings, more...);
}

QueueId insert(Writer& writer, const QueueSettings& settings, bool untouched) {
  Statement insert(writer.db, kInsert);
  run_settings(insert, settings, std::string_view{settings.name}, to_micros(writer.clock.wall_now()),
               untouched);
  return QueueId{writer.db.last_id()};
}

void change(Writer& writer, QueueId id, const QueueSettings& settings) {
  Statement update(writer.db, kUpdate);
  run_settings(update, settings, id.value);
  writer.refresh_lanes_of(id);
}

}  // namespace

void add_first_queue(Writer& writer, const QueueSettings& settings) {
  transact(writer, [&](Database& db) {
    if (!Statement(db, "SELECT 1 FROM queue LIMIT 1").step()) insert(writer, settings, true);
    return 0;
  });
}

Result<QueueId> SqliteCampaignStore::create_queue(const QueueSettings& settings) {
  return write([&](Database& db) -> Result<QueueId> {
    if (const QueueId first{id_of(db, settings.name, kUntouchedId)}) {
      change(writer_, first, settings);
      return first;
    }
    if (id_of(db, settings.name) != 0) {
      return conflict("queue_exists",
                      fmt::format("There is a queue {} already. Choose another name, or update that one.",
                                  settings.name));
    }
    return insert(writer_, settings, false);
  });
}

Result<void> SqliteCampaignStore::update_queue(const QueueSettings& settings) {
  return write([&](Database& db) -> Result<void> {
    const auto id = id_of(db, settings.name);
    if (id == 0) return no_queue(settings.name);
    change(writer_, QueueId{id}, settings);
    return {};
  });
}

std::vector<QueueView> SqliteCampaignStore::queues() {
  return read([&](Database& db) {
    std::vector<QueueView> all;
    Statement rows(db, std::string(kSelect) + "ORDER BY q.name");
    while (rows.step()) all.push_back(read_row(rows));
    return all;
  });
}

Result<QueueView> SqliteCampaignStore::find_queue(std::string_view name) {
  return read([&](Database& db) -> Result<QueueView> {
    Statement row(db, std::string(kSelect) + "WHERE q.name = ?");
    if (!row.query(name).step()) return no_queue(name);
    return read_row(row);
  });
}

Result<void> SqliteCampaignStore::pause_queue(QueueId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "UPDATE queue SET paused = 1, untouched = 0 WHERE id = ?").run(id.value) == 0) {
      return no_queue(fmt::to_string(id.value));
    }
    writer_.refresh_lanes_of(id);
    return {};
  });
}

Result<void> SqliteCampaignStore::resume_queue(QueueId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "UPDATE queue SET paused = 0, untouched = 0 WHERE id = ?").run(id.value) == 0) {
      return no_queue(fmt::to_string(id.value));
    }
    writer_.refresh_lanes_of(id);
    return {};
  });
}

Result<void> SqliteCampaignStore::delete_queue(QueueId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "SELECT 1 FROM campaign WHERE queue_id = ? LIMIT 1").query(id.value).step()) {
      return conflict("queue_in_use",
                      "Campaigns have their emails in this queue. Delete them first, or leave it.");
    }
    if (Statement(db, "DELETE FROM queue WHERE id = ?").run(id.value) == 0)
      return no_queue(fmt::to_string(id.value));
    return {};
  });
}

}  // namespace postrider::sqlite
