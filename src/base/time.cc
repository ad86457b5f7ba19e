#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

using namespace std::chrono;

constexpr WallTime kFirst{sys_days{year{1970} / 1 / 1}};
constexpr WallTime kEnd{sys_days{year{2038} / 1 / 1}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes exactly `count` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count || !std::ranges::all_of(text.substr(0, count), is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) value = value * 10 + (c - '0');
  text.remove_prefix(count);
  return value;
}

bool take_one_of(std::string_view& text, std::string_view choices) {
  if (text.empty() || choices.find(text[0]) == choices.npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Digits after a decimal point, in microseconds; what is finer is cut off.
std::optional<Micros> take_fraction(std::string_view& text) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  std::int64_t value = 0;
  std::int64_t scale = 100'000;
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), scale /= 10)
    value += scale * (text[0] - '0');
  return Micros{value};
}

/// "Z" or "+01:00": how far local time is ahead of UTC.
std::optional<minutes> take_offset(std::string_view& text) {
  if (take_one_of(text, "Zz")) return minutes{0};
  const bool negative = text.starts_with('-');
  if (!take_one_of(text, "+-")) return std::nullopt;
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || *m > 59) return std::nullopt;
  const minutes ahead = hours{*h} + minutes{*m};
  return negative ? -ahead : ahead;
}

/// Nothing when `text` does not have the form, or names a day or hour that does not exist.
std::optional<WallTime> read_rfc3339(std::string_view text) {
  const auto y = take_number(text, 4);
  if (!y || !take_one_of(text, "-")) return std::nullopt;
  const auto mon = take_number(text, 2);
  if (!mon || !take_one_of(text, "-")) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d || !take_one_of(text, "Tt ")) return std::nullopt;
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || *m > 59 || !take_one_of(text, ":")) return std::nullopt;
  const auto s = take_number(text, 2);
  if (!s || *s > 60) return std::nullopt;
  Micros fraction{0};
  if (take_one_of(text, ".")) {
    const auto read = take_fraction(text);
    if (!read) return std::nullopt;
    fraction = *read;
  }
  const auto ahead = take_offset(text);
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mon)}, day{static_cast<unsigned>(*d)}};
  if (!ahead || !text.empty() || !date.ok()) return std::nullopt;
  const WallTime whole = WallTime{sys_days{date}} + hours{*h} + minutes{*m} + seconds{*s} - *ahead;
  // A leap second only ever stands at the end of a day in UTC, and UNIX time has no place for it.
  if (*s == 60) return whole == floor<days>(whole) ? std::optional{whole} : std::nullopt;
  return whole + fraction;
}

struct Unit {
  std::string_view name;
  Micros size;
};
constexpr std::array kUnits{Unit{"d", days{1}}, Unit{"h", hours{1}}, Unit{"m", minutes{1}},
                            Unit{"s", seconds{1}}, Unit{"ms", milliseconds{1}}};
constexpr Micros kLongest = days{36'525};

/// The unit at the front of `text`, as an index into kUnits.
std::optional<std::size_t> take_unit(std::string_view& text) {
  const auto length = std::min(
      text.size(),
      static_cast<std::size_t>(std::ranges::find_if(text, [](char c) { return is_digit(c) || c == '.'; }) -
                               text.begin()));
  const auto found = std::ranges::find(kUnits, text.substr(0, length), &Unit::name);
  if (found == kUnits.end()) return std::nullopt;
  text.remove_prefix(length);
  return found - kUnits.begin();
}

std::unexpected<Error> bad_duration(std::string_view text, std::string_view what) {
  return invalid("bad_duration",
                 fmt::format("\"{}\" is not a duration: {}. Write it like 90s, 5m, 1h30m or 5d.",
                             one_line(text, 60), what));
}

}  // namespace

std::string format_rfc3339(WallTime t) {
  const auto midnight = floor<days>(t);
  const year_month_day date{midnight};
  const hh_mm_ss clock{t - midnight};
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (const auto fraction = clock.subseconds().count(); fraction != 0) out += fmt::format(".{:06}", fraction);
  return out += 'Z';
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  const auto read = read_rfc3339(text);
  if (!read) {
    return invalid(
        "bad_time",
        fmt::format("\"{}\" is not a time. Write it like 2026-11-24T09:00:00Z or 2026-11-24T10:00:00+01:00.",
                    one_line(text, 60)));
  }
  if (*read < kFirst || *read >= kEnd) {
    return invalid("bad_time", fmt::format("\"{}\" is outside the years 1970 to 2037.", one_line(text, 60)));
  }
  return *read;
}

Result<Micros> parse_duration(std::string_view text) {
  std::string_view rest = trim(text);
  if (rest.empty()) return bad_duration(text, "it is empty");
  if (rest == "0") return Micros{0};
  Micros sum{0};
  std::size_t next_unit = 0;
  while (!rest.empty()) {
    std::int64_t whole = 0;
    if (!is_digit(rest[0])) return bad_duration(text, "a number is missing");
    for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1)) {
      whole = whole * 10 + (rest[0] - '0');
      if (whole > kLongest.count()) return bad_duration(text, "it is longer than 100 years");
    }
    Micros fraction{0};  // in millionths of the unit
    if (take_one_of(rest, ".")) {
      const auto read = take_fraction(rest);
      if (!read) return bad_duration(text, "digits are missing after the point");
      fraction = *read;
    }
    const auto unit = take_unit(rest);
    if (!unit) return bad_duration(text, "a number needs one of the units d, h, m, s, ms");
    if (*unit < next_unit) return bad_duration(text, "each unit stands once, the larger first");
    next_unit = *unit + 1;
    const Micros size = kUnits[*unit].size;
    if (whole > kLongest / size) return bad_duration(text, "it is longer than 100 years");
    sum += whole * size + Micros{fraction.count() * (size.count() / 1000) / 1000};
    if (sum > kLongest) return bad_duration(text, "it is longer than 100 years");
  }
  return sum;
}

std::string format_duration(Micros d) {
  if (d <= Micros{0}) return "0s";
  std::string out;
  for (const Unit& unit : kUnits) {
    if (unit.name == "s") break;
    if (const auto count = d / unit.size; count > 0) out += fmt::format("{}{}", count, unit.name);
    d %= unit.size;
  }
  if (d == Micros{0}) return out;
  out += fmt::format("{}", d / seconds{1});
  if (const auto fraction = (d % seconds{1}).count(); fraction != 0) {
    out += fmt::format(".{:06}", fraction);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out += 's';
}

}  // namespace postrider
