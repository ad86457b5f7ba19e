#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "campaign/schedule.h"
#include "campaign/zone.h"

namespace postrider {
namespace {

using namespace std::chrono;
using date::sys_info;
using date::sys_seconds;

constexpr days horizon{15};

/// The tables in the tz files end with 2037; later answers would be wrong by an hour in summer.
constexpr WallTime end_of_tables = sys_days{year{2038} / January / 1};

[[noreturn]] void beyond_tables(const Window& window) {
  throw Fault(
      fmt::format("the next opening of the window {}:00-{}:00 {} would be after 2037, where the time zone "
                  "tables end",
                  window.start_hour, window.end_hour, window.zone));
}

/// One day's opening on the wall clock, in seconds of local time.
struct LocalSpan {
  seconds begin, end;
};

LocalSpan span_of(const Window& window, days day) {
  const hours begin{window.start_hour};
  hours end{window.end_hour};
  if (end <= begin) end += hours{24};  // a night: it ends on the next morning
  return {day + begin, day + end};
}

bool works_on(const Window& window, days day) {
  if (!window.weekdays_only) return true;
  const weekday name{sys_days{day}};
  return name != Saturday && name != Sunday;
}

/// The first opening after `at` among the moments that share one UTC offset; nothing when that
/// offset ends before the window opens.
std::optional<Opening> opening_under(const sys_info& info, const Window& window, sys_seconds at) {
  // Under one offset, local time is UTC moved by a constant, so days and hours are plain sums.
  const seconds local = at.time_since_epoch() + info.offset;
  for (days day = floor<days>(local) - days{1};; ++day) {
    const auto [begin, end] = span_of(window, day);
    if (sys_seconds{begin - info.offset} >= info.end) return std::nullopt;
    if (!works_on(window, day) || end <= local) continue;
    return Opening{.from = std::max(sys_seconds{begin - info.offset}, info.begin),
                   .until = std::min(sys_seconds{end - info.offset}, info.end)};
  }
}

}  // namespace

Result<void> validate(const Window& window) {
  std::string problems;
  const auto add = [&](std::string problem) {
    if (!problems.empty()) problems += ' ';
    problems += problem;
  };
  if (window.start_hour < 0 || window.start_hour > 23) {
    add(fmt::format("The window's start must be an hour from 0 to 23, not {}.", window.start_hour));
  }
  if (window.end_hour < 1 || window.end_hour > 24) {
    add(fmt::format("The window's end must be an hour from 1 to 24, not {}.", window.end_hour));
  }
  if (window.start_hour == window.end_hour) {
    add("The window is empty: it starts and ends at the same hour. The whole day is 0 to 24.");
  }
  if (find_zone(window.zone) == nullptr) {
    const auto similar = similar_zones(window.zone);
    const std::string_view name{window.zone.data(), std::min<std::size_t>(window.zone.size(), 64)};
    add(similar.empty()
            ? fmt::format("There is no time zone \"{}\". Use an IANA name such as Europe/Berlin, "
                          "America/New_York or UTC.",
                          name)
            : fmt::format("There is no time zone \"{}\". Did you mean {}?", name, fmt::join(similar, ", ")));
  }
  if (problems.empty()) return {};
  return invalid("bad_window", std::move(problems));
}

Opening next_opening(const Window& window, WallTime t) {
  const auto* zone = find_zone(window.zone);
  // Validated when it was stored, so the tz database has lost it since.
  if (zone == nullptr)
    throw Fault(fmt::format("the time zone database has no zone {} any more", window.zone));
  if (t >= end_of_tables) beyond_tables(window);

  const auto first = floor<seconds>(t);
  for (auto at = first; at < first + horizon;) {
    const auto info = offset_at(*zone, at);
    if (const auto opening = opening_under(info, window, at)) {
      if (opening->from >= end_of_tables) beyond_tables(window);
      return *opening;
    }
    at = info.end;
    if (at >= end_of_tables) beyond_tables(window);
  }
  throw Fault(fmt::format("the window {}:00-{}:00 {} does not open within 15 days", window.start_hour,
                          window.end_hour, window.zone));
}

bool is_open(const Window& window, WallTime t) {
  return next_opening(window, t).from <= t;
}

WallTime next_open(const Window& window, WallTime t) {
  return std::max(next_opening(window, t).from, t);
}

}  // namespace postrider
