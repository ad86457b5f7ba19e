#pragma once
// A queue's settings as columns of its row: the one place that knows their order. And the first row.
// Store room only.

#include "queue/queue_settings.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

/// From seven columns beginning at `first`: per_second, concurrent, max_attempts, max_retry,
/// min_backoff, max_backoff, max_doublings. Without the name.
QueueSettings read_queue_settings(const Statement& row, int first);

/// Makes this queue in a database that has none. Until somebody touches it, creating it takes it over.
void add_first_queue(Writer& writer, const QueueSettings& settings);

}  // namespace postrider::sqlite
