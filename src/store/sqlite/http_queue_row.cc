#include "store/sqlite/http_queue_row.h"

#include <fmt/format.h>

namespace postrider::sqlite {
namespace {

constexpr auto kAdd =
    "INSERT INTO http_queue (project, location, name, state, rate, concurrent, max_attempts, max_retry, min_backoff, "
    "max_backoff, max_doublings, sampling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr auto kWrite =
    "UPDATE http_queue SET state = ?2, rate = ?3, concurrent = ?4, max_attempts = ?5, max_retry = ?6, min_backoff = "
    "?7, max_backoff = ?8, max_doublings = ?9, sampling = ?10, purged_at = ?11, purged = ?12, claimed = ?13 "
    "WHERE id = ?1";

}  // namespace

HttpQueue HttpQueueRow::shown(WallTime now) const {
  auto queue = settings;
  queue.throttle = throttle.at(now);
  return queue;
}

HttpQueueRow read_http_queue(const Statement& row) {
  HttpQueueRow queue;
  queue.id = row.integer(0);
  auto& settings = queue.settings;
  settings.name = {.project = std::string(row.text(1)),
                   .location = std::string(row.text(2)),
                   .queue = std::string(row.text(3))};
  settings.state = static_cast<HttpQueueState>(row.integer(4));
  settings.max_dispatches_per_second = row.real(5);
  settings.max_concurrent_dispatches = static_cast<int>(row.integer(6));
  settings.max_attempts = static_cast<int>(row.integer(7));
  settings.max_retry_duration = Micros{row.integer(8)};
  settings.min_backoff = Micros{row.integer(9)};
  settings.max_backoff = Micros{row.integer(10)};
  settings.max_doublings = static_cast<int>(row.integer(11));
  settings.log_sampling_ratio = row.real(12);
  if (const auto purged = row.maybe_integer(13)) settings.purged_at = from_micros(*purged);
  queue.bucket = {.tokens = row.real(14), .refilled = from_micros(row.integer(15))};
  queue.throttle = {.factor = row.real(16), .moved = from_micros(row.integer(17))};
  queue.last = row.integer(18);
  queue.claimed = row.integer(19);
  queue.purged = row.integer(20);
  return queue;
}

std::optional<HttpQueueRow> find_http_queue(Database& db, const QueueName& name) {
  Statement row(db, fmt::format("SELECT {} FROM http_queue WHERE project = ? AND location = ? AND name = ?",
                                kHttpQueueColumns));
  row.query(std::string_view{name.project}, std::string_view{name.location}, std::string_view{name.queue});
  if (!row.step()) return std::nullopt;
  return read_http_queue(row);
}

std::int64_t add_http_queue(Database& db, const HttpQueue& queue) {
  Statement(db, kAdd).run(std::string_view{queue.name.project}, std::string_view{queue.name.location},
                          std::string_view{queue.name.queue}, static_cast<int>(queue.state),
                          queue.max_dispatches_per_second, queue.max_concurrent_dispatches,
                          queue.max_attempts, queue.max_retry_duration.count(), queue.min_backoff.count(),
                          queue.max_backoff.count(), queue.max_doublings, queue.log_sampling_ratio);
  return db.last_id();
}

void write_http_queue(Database& db, const HttpQueueRow& queue) {
  const auto& settings = queue.settings;
  std::optional<std::int64_t> purged_at;
  if (settings.purged_at) purged_at = to_micros(*settings.purged_at);
  Statement(db, kWrite)
      .run(queue.id, static_cast<int>(settings.state), settings.max_dispatches_per_second,
           settings.max_concurrent_dispatches, settings.max_attempts, settings.max_retry_duration.count(),
           settings.min_backoff.count(), settings.max_backoff.count(), settings.max_doublings,
           settings.log_sampling_ratio, purged_at, queue.purged, queue.claimed);
}

}  // namespace postrider::sqlite
