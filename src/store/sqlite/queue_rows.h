#pragma once
// A queue's settings as columns of its row: the one place that knows their order. Store room only.

#include "queue/queue_settings.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

/// From seven columns beginning at `first`: per_second, concurrent, max_attempts, max_retry,
/// min_backoff, max_backoff, max_doublings. Without the name.
QueueSettings read_queue_settings(const Statement& row, int first);

}  // namespace postrider::sqlite
