#include "push/retry_after.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace postrider {
namespace {

constexpr auto kLongest = std::chrono::hours{1};
constexpr int kCentury = 100;

/// Digits only, so many at least and at most.
std::optional<int> number_of(std::string_view text, std::size_t fewest, std::size_t most) {
  if (text.size() < fewest || text.size() > most) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<std::chrono::month> month_of(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* const found = std::ranges::find(kMonths, text);
  if (found == kMonths.end()) return std::nullopt;
  return std::chrono::month{static_cast<unsigned>(found - kMonths.begin()) + 1};
}

/// "08:49:37"; a leap second counts as the one after it.
std::optional<std::chrono::seconds> clock_of(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) return std::nullopt;
  const auto hour = number_of(parts[0], 2, 2), minute = number_of(parts[1], 2, 2),
             second = number_of(parts[2], 2, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

/// Four digits, or two of a year that is no more than fifty ahead.
std::optional<int> year_of(std::string_view text, WallTime now) {
  const auto year = number_of(text, 2, 4);
  if (!year || text.size() == 4) return year;
  if (text.size() == 3) return std::nullopt;
  const int this_year =
      static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  const int full = this_year - this_year % kCentury + *year;
  return full > this_year + kCentury / 2 ? full - kCentury : full;
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  std::vector<std::string_view> words;  // "06-Nov-94" is three
  for (const auto word : split(text, ' ')) {
    for (const auto piece : split(word, '-')) {
      if (!piece.empty()) words.push_back(piece);
    }
  }
  std::string_view day_text, month_text, year_text, clock_text;
  if (words.size() == 6 && words[0].ends_with(',') && words[5] == "GMT") {
    day_text = words[1], month_text = words[2], year_text = words[3], clock_text = words[4];
  } else if (words.size() == 5) {
    month_text = words[1], day_text = words[2], clock_text = words[3], year_text = words[4];
  } else {
    return std::nullopt;
  }
  const auto day = number_of(day_text, 1, 2);
  const auto month = month_of(month_text);
  const auto year = year_of(year_text, now);
  const auto clock = clock_of(clock_text);
  if (!day || !month || !year || !clock) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year{*year}, *month,
                                         std::chrono::day{static_cast<unsigned>(*day)});
  if (!date.ok()) return std::nullopt;
  return WallTime{std::chrono::sys_days{date}} + *clock;
}

std::optional<Micros> retry_after(std::string_view header, WallTime now) {
  header = trim(header);
  if (header.empty()) return std::nullopt;
  if (std::ranges::all_of(header, [](char c) { return c >= '0' && c <= '9'; })) {
    constexpr std::size_t kDigits = 6;  // more are more than an hour in any case, leading zeros aside
    const auto first = std::min(header.find_first_not_of('0'), header.size() - 1);
    const auto seconds = number_of(header.substr(first), 1, kDigits);
    return seconds ? std::min<Micros>(std::chrono::seconds{*seconds}, kLongest) : Micros{kLongest};
  }
  const auto moment = parse_http_date(header, now);
  if (!moment) return std::nullopt;
  return std::clamp<Micros>(*moment - now, Micros{0}, kLongest);
}

}  // namespace postrider
