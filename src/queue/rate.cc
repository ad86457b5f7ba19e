#include "queue/rate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace postrider {
namespace {

// A millionth of a token: sums of fractions fall short of a whole by rounding, and a dispatch must
// not wait for that.
constexpr double kRounding = 1e-6;

double tokens_at(const TokenBucket& bucket, double rate, double burst, WallTime now) {
  const double seconds = std::chrono::duration<double>(std::max(now - bucket.refilled, Micros{0})).count();
  return std::min(bucket.tokens + seconds * rate, std::max(burst, 1.0));
}

}  // namespace

int TokenBucket::available(double rate, double burst, WallTime now) const {
  if (rate <= 0) return std::numeric_limits<int>::max();
  return std::max(0, static_cast<int>(std::floor(tokens_at(*this, rate, burst, now) + kRounding)));
}

void TokenBucket::take(int count, double rate, double burst, WallTime now) {
  CHECK(count >= 0);
  if (rate <= 0) return;
  tokens = tokens_at(*this, rate, burst, now) - count;
  refilled = now;
}

WallTime TokenBucket::next_token_at(double rate, double burst, WallTime now) const {
  if (rate <= 0) return now;
  const double missing = 1.0 - tokens_at(*this, rate, burst, now);
  if (missing <= kRounding) return now;
  const double wait = std::ceil(missing / rate * 1e6);
  constexpr double longest = 1e6 * 86'400 * 365;  // rates near zero must not overflow the clock
  return now + Micros{static_cast<std::int64_t>(std::min(wait, longest))};
}

}  // namespace postrider
