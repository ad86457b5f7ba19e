#include "actions/queues.h"

#include <fmt/format.h>

#include <ctime>

#include "actions/campaign_settings.h"

namespace postrider {

namespace {

Result<void> merge(const QueueChange& change, QueueSettings& settings) {
  if (change.max_dispatches_per_second)
    settings.max_dispatches_per_second = *change.max_dispatches_per_second;
  if (change.max_concurrent_dispatches)
    settings.max_concurrent_dispatches = *change.max_concurrent_dispatches;
  if (change.max_attempts) settings.max_attempts = *change.max_attempts;
  if (change.max_doublings) settings.max_doublings = *change.max_doublings;
  if (change.max_retry_duration) settings.max_retry_duration = *change.max_retry_duration;
  if (change.min_backoff) settings.min_backoff = *change.min_backoff;
  if (change.max_backoff) settings.max_backoff = *change.max_backoff;
  return validate(settings);
}

/// "14:02", as the clock on this machine's wall shows it.
std::string local_hour_and_minute(WallTime t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  const std::time_t moment = seconds;
  std::tm local{};
  localtime_r(&moment, &local);
  return fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min);
}

}  // namespace

Result<QueueView> create_queue(ActionContext& context, std::string_view name, const QueueChange& settings) {
  QueueSettings queue;
  queue.name = std::string(name);
  const auto fine = merge(settings, queue);
  if (!fine) return std::unexpected(fine.error());
  const auto id = context.store.create_queue(queue);
  if (!id) return std::unexpected(id.error());
  context.store.audit(context.who, fmt::format("created queue {}", name));
  return context.store.find_queue(name);
}

Result<QueueView> update_queue(ActionContext& context, std::string_view name, const QueueChange& change) {
  auto queue = context.store.find_queue(name);
  if (!queue) return queue;
  const auto fine = merge(change, queue->settings);
  if (!fine) return std::unexpected(fine.error());
  const auto updated = context.store.update_queue(queue->settings);
  if (!updated) return std::unexpected(updated.error());
  context.store.audit(context.who, fmt::format("changed queue {}", name));
  return context.store.find_queue(name);
}

Result<void> pause_queue(ActionContext& context, std::string_view name) {
  const auto queue = context.store.find_queue(name);
  if (!queue) return std::unexpected(queue.error());
  auto paused = context.store.pause_queue(queue->id);
  if (paused) context.store.audit(context.who, fmt::format("paused queue {}", name));
  return paused;
}

Result<void> resume_queue(ActionContext& context, std::string_view name) {
  const auto queue = context.store.find_queue(name);
  if (!queue) return std::unexpected(queue.error());
  auto resumed = context.store.resume_queue(queue->id);
  if (resumed) context.store.audit(context.who, fmt::format("resumed queue {}", name));
  return resumed;
}

Result<void> delete_queue(ActionContext& context, std::string_view name) {
  const auto queue = context.store.find_queue(name);
  if (!queue) return std::unexpected(queue.error());
  if (name == kDefaultQueue) {
    return conflict("queue_is_default",
                    fmt::format("New campaigns have their emails in queue {}: it stays.", name));
  }
  auto deleted = context.store.delete_queue(queue->id);
  if (deleted) context.store.audit(context.who, fmt::format("deleted queue {}", name));
  return deleted;
}

Result<std::int64_t> purge_queue(ActionContext& context, std::string_view name) {
  const auto queue = context.store.find_queue(name);
  if (!queue) return std::unexpected(queue.error());
  auto purged = context.store.purge_queue(queue->id, local_hour_and_minute(context.clock.wall_now()));
  if (purged) context.store.audit(context.who, fmt::format("purged queue {}: {} tasks", name, *purged));
  return purged;
}

}  // namespace postrider
