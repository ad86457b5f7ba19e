#include "queue/queue_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace postrider {
namespace {

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

double QueueSettings::max_burst() const {
  return std::max(1.0, max_dispatches_per_second);
}

Result<void> validate(const QueueSettings& settings) {
  std::string wrong;
  const auto demand = [&wrong](bool holds, std::string_view sentence) {
    if (holds) return;
    if (!wrong.empty()) wrong += ' ';
    wrong += sentence;
  };
  demand(!settings.name.empty() && settings.name.size() <= 100 &&
             std::ranges::all_of(settings.name, is_name_character),
         "The queue's name must be 1 to 100 letters, digits or hyphens.");
  demand(std::isfinite(settings.max_dispatches_per_second) && settings.max_dispatches_per_second >= 0 &&
             settings.max_dispatches_per_second <= kMaxDispatchesPerSecond,
         fmt::format("max-dispatches-per-second must be 0 (no limit) to {}.", kMaxDispatchesPerSecond));
  demand(settings.max_concurrent_dispatches >= 1 &&
             settings.max_concurrent_dispatches <= kMaxConcurrentDispatches,
         fmt::format("max-concurrent-dispatches must be 1 to {}.", kMaxConcurrentDispatches));
  demand(settings.max_attempts == -1 || settings.max_attempts >= 1,
         "max-attempts must be at least 1, or -1 for no limit.");
  demand(settings.max_retry_duration >= Micros{0},
         "max-retry-duration must not be negative; 0s means no limit.");
  demand(settings.min_backoff >= Micros{0}, "min-backoff must not be negative.");
  demand(settings.min_backoff <= settings.max_backoff, "min-backoff must not be longer than max-backoff.");
  demand(settings.max_doublings >= 0, "max-doublings must not be negative.");
  if (!wrong.empty()) return invalid("bad_queue_settings", wrong);
  return {};
}

}  // namespace postrider
