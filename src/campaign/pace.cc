#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "campaign/schedule.h"

namespace postrider {
namespace {

constexpr Micros longest_gap = std::chrono::hours{24};

std::unexpected<Error> bad_pace(std::string_view text, std::string_view why) {
  return invalid("bad_pace",
                 fmt::format("The pace \"{}\" {} Write none, one gap such as 5m, or a range such as "
                             "4m-7m or 30s-90s, up to 24h.",
                             one_line(text, 60), why));
}

}  // namespace

Result<Pace> parse_pace(std::string_view text) {
  const auto wanted = trim(text);
  if (equals_ignoring_case(wanted, "none")) return Pace{};
  const auto pieces = split(wanted, '-');
  if (pieces.size() > 2) return bad_pace(text, "is no range.");
  const auto min = parse_duration(trim(pieces.front()));
  const auto max = parse_duration(trim(pieces.back()));
  if (!min || !max) return bad_pace(text, "cannot be read.");
  if (*min > *max) return bad_pace(text, "begins with the longer gap.");
  if (*max > longest_gap) return bad_pace(text, "is longer than a day.");
  return Pace{.min = *min, .max = *max};
}

std::string format_pace(const Pace& pace) {
  if (pace.none()) return "none";
  if (pace.min == pace.max) return format_duration(pace.min);
  return fmt::format("{}-{}", format_duration(pace.min), format_duration(pace.max));
}

Micros gap_after(const Pace& pace, std::uint64_t seed, std::int64_t ordinal) {
  if (pace.none()) return Micros{0};
  return Micros{pick(mix(seed, static_cast<std::uint64_t>(ordinal)), pace.min.count(), pace.max.count())};
}

Micros gap_of_rate(int per_minute) {
  if (per_minute <= 0) return Micros{0};
  constexpr std::int64_t minute = Micros{std::chrono::minutes{1}}.count();
  return Micros{(minute + per_minute - 1) / per_minute};
}

}  // namespace postrider
