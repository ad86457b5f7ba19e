#pragma once
// A queue's settings, named and bounded as in Cloud Tasks (RateLimits, RetryConfig). Pure.

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

constexpr int kMaxDispatchesPerSecond = 100'000;
constexpr int kMaxConcurrentDispatches = 5'000;

struct QueueSettings {
  std::string name;
  double max_dispatches_per_second = 0;  ///< 0: no limit. (Google's default is 500.)
  int max_concurrent_dispatches = 1000;
  int max_attempts = 3;                               ///< tries per task, -1: no limit
  Micros max_retry_duration = std::chrono::hours{1};  ///< from the first try; 0: no limit
  Micros min_backoff = std::chrono::minutes{5};
  Micros max_backoff = std::chrono::hours{1};
  int max_doublings = 16;

  /// Tokens the bucket holds: one second's worth, at least 1 (Cloud Tasks derives its own too).
  /// Without meaning when there is no rate limit.
  double max_burst() const;
};

/// All that is wrong, in one error; name is [A-Za-z0-9-]{1,100}.
Result<void> validate(const QueueSettings& settings);

}  // namespace postrider
