#include "campaign/quota_clock.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "campaign/zone.h"

namespace postrider {
namespace {

using namespace std::chrono;

/// "07:30" → 450 minutes.
std::optional<minutes> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto number = [](char tens, char ones) {
    const bool digits = tens >= '0' && tens <= '9' && ones >= '0' && ones <= '9';
    return digits ? (tens - '0') * 10 + (ones - '0') : 99;
  };
  const int hour = number(text[0], text[1]);
  const int minute = number(text[3], text[4]);
  if (hour > 23 || minute > 59) return std::nullopt;
  return hours{hour} + minutes{minute};
}

bool is_rolling(std::string_view clock) {
  return clock.empty() || equals_ignoring_case(clock, "rolling");
}

}  // namespace

Result<void> validate_quota_clock(std::string_view clock) {
  clock = trim(clock);
  if (is_rolling(clock)) return {};
  const auto blank = clock.find(' ');
  if (blank == clock.npos || !parse_time_of_day(clock.substr(0, blank))) {
    return invalid("bad_quota_clock",
                   fmt::format("The quota clock must be \"rolling\" or a time and a zone such as \"00:00 "
                               "America/Los_Angeles\", not \"{}\".",
                               one_line(clock, 64)));
  }
  const std::string_view zone = trim(clock.substr(blank));
  if (find_zone(zone) != nullptr) return {};
  const auto similar = similar_zones(zone);
  return invalid("bad_quota_clock",
                 fmt::format("There is no time zone \"{}\". {}", one_line(zone, 64),
                             similar.empty() ? "Use an IANA name such as America/Los_Angeles or UTC."
                                             : fmt::format("Did you mean {}?", fmt::join(similar, ", "))));
}

std::optional<WallTime> next_quota_day(std::string_view clock, WallTime now) {
  clock = trim(clock);
  if (is_rolling(clock) || !validate_quota_clock(clock)) return std::nullopt;
  const auto blank = clock.find(' ');
  const minutes time_of_day = *parse_time_of_day(clock.substr(0, blank));
  const date::time_zone& zone = *find_zone(trim(clock.substr(blank)));

  const auto second = floor<seconds>(now);
  const auto local = floor<days>(second.time_since_epoch() + offset_at(zone, second).offset);
  for (days day = local - days{1}; day <= local + days{2}; day += days{1}) {
    // The first moment whose local time is this one or later: offsets differ by hours at most, so a walk
    // over the stretches of one offset around it finds it.
    const seconds wanted = day + time_of_day;
    auto at = date::sys_seconds{wanted - days{1}};
    while (true) {
      const auto info = offset_at(zone, at);
      const auto moment = std::max(date::sys_seconds{wanted - info.offset}, info.begin);
      if (moment < info.end) {
        if (moment > now) return WallTime{moment};
        break;
      }
      at = info.end;
    }
  }
  return std::nullopt;
}

}  // namespace postrider
