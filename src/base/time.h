#pragma once
// Time. Wall time is for what people see (schedules, windows); boot time (CLOCK_BOOTTIME,
// counts through a suspend) is for leases and deadlines. Both in microseconds; wall time in UTC.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

using Micros = std::chrono::microseconds;
using WallTime = std::chrono::sys_time<Micros>;

struct BootClock {
  using duration = Micros;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

/// Microseconds since 1970, as the database stores every moment.
inline std::int64_t to_micros(WallTime t) {
  return t.time_since_epoch().count();
}
inline WallTime from_micros(std::int64_t micros) {
  return WallTime{Micros{micros}};
}

/// RFC 3339 in UTC: "2026-11-24T09:00:00Z", with ".123456" only when there is a fraction.
std::string format_rfc3339(WallTime t);

/// Reads RFC 3339 with "Z" or an offset; years 1970 to 2037 (tz tables end there). Digits past
/// the microsecond are cut off; a leap second counts as the second after it.
Result<WallTime> parse_rfc3339(std::string_view text);

/// "3600s", "0.1s", "90m", "4h", "5d", "250ms", or "1h30m" (larger units first); never negative,
/// at most 100 years.
Result<Micros> parse_duration(std::string_view text);

/// The exact spelling that parse_duration reads back, larger units first and none of them zero:
/// "5m", "1h30m", "0.1s". A negative duration is written as "0s".
std::string format_duration(Micros d);

}  // namespace postrider
