#pragma once
// google.protobuf.Timestamp and Duration as JSON writes them (protobuf.dev/programming-guides/json). Our own
// settings spell both more freely; see base/time.h. What is finer than a microsecond is cut off. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace postrider::cloud_tasks {

/// "2026-11-24T09:00:00.123456Z": UTC, with 0, 3 or 6 digits of fraction.
std::string to_timestamp(WallTime time);
/// RFC 3339 with Z or an offset and up to 9 digits, years 1 to 9999. Nothing: it is none.
std::optional<WallTime> read_timestamp(std::string_view text);

/// "600s", "0.100s".
std::string to_duration(Micros duration);
/// Seconds with up to 9 digits of fraction and an "s", at most 10,000 years, perhaps negative. Nothing: it is
/// none.
std::optional<Micros> read_duration(std::string_view text);

}  // namespace postrider::cloud_tasks
