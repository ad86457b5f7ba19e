#pragma once
// QuotaClock: when a provider's daily quota begins anew. Most count over any 24 hours ("rolling"); some
// by a day of their own, which begins at an hour of a zone ("00:00 America/Los_Angeles"). A mailbox
// whose quota is used up waits for it. Pure.

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// Nothing wrong: "", "rolling", or "HH:MM Zone" with an IANA zone.
Result<void> validate_quota_clock(std::string_view clock);

/// The first beginning of a quota day after `now`. Nothing: a rolling quota, or a clock that cannot be read
/// (any more); then nobody knows, and asking again from time to time is all that is left. A time of day
/// that a change of summer time leaves out begins right after it; one that comes twice, at its first.
std::optional<WallTime> next_quota_day(std::string_view clock, WallTime now);

}  // namespace postrider
