#include "http/cloud_tasks/proto_time.h"

#include <fmt/format.h>

#include <charconv>

namespace postrider::cloud_tasks {
namespace {

constexpr std::int64_t kLongest = 315'576'000'000;  // seconds of a Duration

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ".100": as few groups of three digits as say it.
std::string fraction(std::int64_t micros) {
  if (micros == 0) return {};
  if (micros % 1'000 == 0) return fmt::format(".{:03}", micros / 1'000);
  return fmt::format(".{:06}", micros);
}

/// Reads a text from its start.
struct Reader {
  std::string_view rest;

  bool skip(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  /// Between `least` and `most` digits, as many as there are.
  std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    while (length < rest.size() && length < most && is_digit(rest[length])) ++length;
    if (length < least) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(rest.data(), rest.data() + length, value);
    rest.remove_prefix(length);
    return value;
  }
  /// ".123456789" in microseconds; nothing there is none of them.
  std::optional<Micros> fraction() {
    if (!skip('.')) return Micros{0};
    const auto before = rest;
    if (!digits(1, 9)) return std::nullopt;
    std::string six(before.substr(0, std::min<std::size_t>(6, before.size() - rest.size())));
    six.resize(6, '0');
    std::int64_t micros = 0;
    std::from_chars(six.data(), six.data() + six.size(), micros);
    return Micros{micros};
  }
};

/// "Z", "+02:00": what the local time is ahead of UTC.
std::optional<Micros> read_offset(Reader& text) {
  if (text.skip('Z')) return Micros{0};
  const bool ahead = text.skip('+');
  if (!ahead && !text.skip('-')) return std::nullopt;
  const auto hours = text.digits(2, 2);
  const bool colon = text.skip(':');
  const auto minutes = text.digits(2, 2);
  if (!hours || !colon || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Micros offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return ahead ? offset : -offset;
}

}  // namespace

std::string to_timestamp(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{seconds - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     fraction((time - seconds).count()));
}

std::optional<WallTime> read_timestamp(std::string_view whole) {
  Reader text{whole};
  const auto year = text.digits(4, 4);
  if (!year || !text.skip('-')) return std::nullopt;
  const auto month = text.digits(2, 2);
  if (!month || !text.skip('-')) return std::nullopt;
  const auto day = text.digits(2, 2);
  if (!day || !text.skip('T')) return std::nullopt;
  const auto hour = text.digits(2, 2);
  if (!hour || !text.skip(':')) return std::nullopt;
  const auto minute = text.digits(2, 2);
  if (!minute || !text.skip(':')) return std::nullopt;
  const auto second = text.digits(2, 2);
  const auto part = text.fraction();
  const auto offset = read_offset(text);
  if (!second || !part || !offset || !text.rest.empty()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (*year == 0 || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + *part - *offset;
}

std::string to_duration(Micros duration) {
  const bool negative = duration < Micros{0};
  const auto whole = negative ? -duration.count() : duration.count();
  return fmt::format("{}{}{}s", negative ? "-" : "", whole / 1'000'000, fraction(whole % 1'000'000));
}

std::optional<Micros> read_duration(std::string_view whole) {
  Reader text{whole};
  const bool negative = text.skip('-');
  const auto seconds = text.digits(1, 12);
  const auto part = text.fraction();
  if (!seconds || *seconds > kLongest || !part || !text.skip('s') || !text.rest.empty()) return std::nullopt;
  const Micros duration = std::chrono::seconds{*seconds} + *part;
  return negative ? -duration : duration;
}

}  // namespace postrider::cloud_tasks
