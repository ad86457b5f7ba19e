// When a failed HTTP task is tried again, and when it is given up.

#include <algorithm>
#include <limits>

#include "queue/http_task.h"

namespace postrider {
namespace {

constexpr auto kMost = std::numeric_limits<Micros::rep>::max();
constexpr std::chrono::hours kLongestRetryAfter{1};

/// Both are at least 0.
Micros::rep times(Micros::rep a, Micros::rep b) {
  Micros::rep product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

bool used_up(const HttpTask& task, const HttpQueue& queue, WallTime now) {
  const bool counted = queue.max_attempts >= 0;
  const bool timed = queue.max_retry_duration > Micros{0};
  if (!counted && !timed) return false;
  if (counted && task.dispatch_count < queue.max_attempts) return false;
  return !timed || now - task.first_dispatch.value_or(now) >= queue.max_retry_duration;
}

}  // namespace

Micros backoff_after(const HttpQueue& queue, int attempt) {
  constexpr int most_doublings = 62;  // more would shift the one bit there is out of sight
  const int retry = std::max(attempt, 1) - 1;
  const int doublings = std::min(retry, std::max(queue.max_doublings, 0));
  const Micros::rep doubled =
      doublings > most_doublings ? kMost : Micros::rep{1} << static_cast<unsigned>(doublings);
  const Micros::rep steps = retry > doublings ? Micros::rep{retry} - doublings + 1 : 1;
  return std::min(queue.max_backoff, Micros{times(times(queue.min_backoff.count(), doubled), steps)});
}

std::optional<WallTime> next_attempt(const HttpTask& task, const HttpQueue& queue, const HttpOutcome& outcome,
                                     WallTime failed) {
  if (used_up(task, queue, failed)) return std::nullopt;
  const Micros asked = std::min<Micros>(outcome.retry_after.value_or(Micros{0}), kLongestRetryAfter);
  const Micros wait = std::max(backoff_after(queue, task.dispatch_count), asked);
  const Micros::rep from = failed.time_since_epoch().count();
  Micros::rep next = 0;
  return from_micros(__builtin_add_overflow(from, wait.count(), &next) ? kMost : next);
}

}  // namespace postrider
