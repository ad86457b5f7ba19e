#pragma once
// Zone: a time zone of the system's tz database by its IANA name, and names close to a mistyped
// one. Inside this room only. Thread safe: the database is read once and never changed; a zone's
// transitions are read on first use.

#include <date/tz.h>

#include <string>
#include <string_view>
#include <vector>

namespace postrider {

/// Nothing when there is no such zone. `localtime` and `posixrules` are none: they mean another
/// place on each machine. A fault when the tz database itself is missing.
const date::time_zone* find_zone(std::string_view name);

/// The offset at `t` and the moments between which it holds. A fault when the zone's file cannot
/// be read.
date::sys_info offset_at(const date::time_zone& zone, date::sys_seconds t);

/// Up to three names that were perhaps meant, best first; may be empty.
std::vector<std::string> similar_zones(std::string_view name);

}  // namespace postrider
