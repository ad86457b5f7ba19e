#pragma once
// What a person does with queues: create, update, pause, resume, purge, delete. Every change is live at
// once.

#include <cstdint>
#include <optional>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// What is not set stays as it is (a new queue: as its default).
struct QueueChange {
  std::optional<double> max_dispatches_per_second;
  std::optional<int> max_concurrent_dispatches, max_attempts, max_doublings;
  std::optional<Micros> max_retry_duration, min_backoff, max_backoff;
};

/// The queue that the first start made is taken over, with these settings, while nobody has created, changed,
/// paused or purged it.
Result<QueueView> create_queue(ActionContext& context, std::string_view name, const QueueChange& settings);
Result<QueueView> update_queue(ActionContext& context, std::string_view name, const QueueChange& change);
Result<void> pause_queue(ActionContext& context, std::string_view name);
Result<void> resume_queue(ActionContext& context, std::string_view name);
/// Not the one that new campaigns take, nor one that any campaign is in.
Result<void> delete_queue(ActionContext& context, std::string_view name);

/// Removes the waiting tasks and pauses their campaigns; how many tasks. Resuming a campaign makes
/// new tasks for exactly those emails.
Result<std::int64_t> purge_queue(ActionContext& context, std::string_view name);

}  // namespace postrider
