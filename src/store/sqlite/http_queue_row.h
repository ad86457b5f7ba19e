#pragma once
// A queue of HTTP tasks as its row has it: the one place that knows the columns and their order. Store room
// only.

#include <optional>
#include <string_view>

#include "queue/http_task.h"
#include "queue/rate.h"
#include "queue/throttle.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

struct HttpQueueRow {
  std::int64_t id = 0;
  HttpQueue settings;  ///< its throttle is not kept: see shown()
  TokenBucket bucket;
  Throttle throttle;
  std::int64_t last = 0, claimed = 0, purged = 0;  ///< see http_tables.sql.h

  /// As callers see it at `now`.
  HttpQueue shown(WallTime now) const;
};

/// Of `row`, which selects kHttpQueueColumns.
HttpQueueRow read_http_queue(const Statement& row);
inline constexpr std::string_view kHttpQueueColumns =
    "id, project, location, name, state, rate, concurrent, max_attempts, max_retry, min_backoff, max_backoff, "
    "max_doublings, sampling, purged_at, tokens, refilled, throttle, throttled, last, claimed, purged";

std::optional<HttpQueueRow> find_http_queue(Database& db, const QueueName& name);

/// A new row; its id.
std::int64_t add_http_queue(Database& db, const HttpQueue& queue);
/// Its settings, state and purge.
void write_http_queue(Database& db, const HttpQueueRow& queue);

}  // namespace postrider::sqlite
