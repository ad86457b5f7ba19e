#pragma once
// A moment as people give it: RFC 3339 with "Z" or an offset, or the local time of a zone without one. Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// "2026-11-24T09:00:00Z", "2026-11-24T09:00:00+01:00", or "2026-11-24T09:00[:00]" ("T" or a space) in
/// `zone`, an IANA name. A local time that a clock change skips is the moment of the change; one that it
/// repeats is the first of the two. Years 1970 to 2037.
Result<WallTime> parse_moment(std::string_view text, std::string_view zone);

}  // namespace postrider
