#pragma once
// Dates of a template: reads what lists hold, writes what strftime writes, in English, without a
// clock, a zone database or a locale. Only for the template. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace postrider {

struct CalendarTime {
  std::chrono::local_time<Micros> local{};
  std::chrono::seconds utc_offset{};
};

/// "2026-11-24", with " 09:30", "T09:30:15", a fraction, "Z" or "+02:00" behind it (without a zone:
/// UTC; with one: shown in that zone); "24 November 2026", "Nov 24, 2026"; seconds since 1970 in 9
/// to 11 digits. Years 1 to 9999. Nothing for all else: 03/04/2026 is two dates.
std::optional<CalendarTime> read_date(std::string_view text);

/// A sentence about what is wrong with a format, or empty: directives are %A %a %B %b %C %D %d %e
/// %F %G %H %h %I %j %k %L %l %M %m %N %n %P %p %R %S %s %T %t %U %u %V %W %w %Y %y %Z %z %%, with
/// the flags - _ 0 ^ and a width of one or two digits.
std::string date_format_fault(std::string_view format);

/// `format` without a fault.
void append_date(std::string& out, const CalendarTime& time, std::string_view format);

}  // namespace postrider
