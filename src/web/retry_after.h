#pragma once
// The Retry-After header (RFC 9110, section 10.2.3): how long a server asks to be left alone. Pure.

#include <optional>
#include <string_view>

#include "base/time.h"

namespace postrider {

/// From `now`, never less than zero: "120", or "Sun, 06 Nov 1994 08:49:37 GMT". Nothing: it says neither. The
/// two forms of dates that are obsolete are not read.
std::optional<Micros> read_retry_after(std::string_view value, WallTime now);

}  // namespace postrider
