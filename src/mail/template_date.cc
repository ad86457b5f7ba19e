#include "mail/template_date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::string_view kDirectives = "AaBbCDdeFGHhIjkLlMmNnPpRSsTtUuVWwYyZz%";

/// Takes things off the start of a text.
struct DateReader {
  std::string_view rest;

  bool take(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::string_view digits(std::size_t most) {
    std::size_t length = 0;
    while (length < std::min(rest.size(), most) && rest[length] >= '0' && rest[length] <= '9') ++length;
    const auto taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  }
  std::optional<int> number(std::size_t fewest, std::size_t most) {
    const auto taken = digits(most);
    if (taken.size() < fewest || taken.empty()) return std::nullopt;
    int value = 0;
    for (const char c : taken) value = value * 10 + (c - '0');
    return value;
  }
  /// 1 to 12 for a month's name or its first three letters (and "Sept").
  std::optional<unsigned> month() {
    const auto length = std::min(rest.find_first_of(" ,."), rest.size());
    const auto word = rest.substr(0, length);
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      const bool is_short = word.size() == 3 || equals_ignoring_case(word, "sept");
      const auto name = is_short ? kMonths[i].substr(0, word.size()) : kMonths[i];
      if (!equals_ignoring_case(word, name)) continue;
      rest.remove_prefix(length);
      take('.');
      return i + 1;
    }
    return std::nullopt;
  }
  void blanks() { rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size())); }
};

std::optional<local_days> day_of(std::optional<int> year, std::optional<unsigned> month,
                                 std::optional<int> day) {
  if (!year || !month || !day || *year < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return local_days{date};
}

std::optional<local_days> read_day(DateReader& reader) {
  const auto begin = reader.rest;
  const auto number = reader.digits(4);
  if (number.size() == 4 && reader.take('-')) {
    reader.rest = begin;
    const auto year = reader.number(4, 4);
    reader.take('-');
    const auto month = reader.number(2, 2);
    if (!reader.take('-') || !month) return std::nullopt;
    return day_of(year, static_cast<unsigned>(*month), reader.number(2, 2));
  }
  reader.rest = begin;
  std::optional<unsigned> month;
  std::optional<int> day;
  if (number.empty()) {
    month = reader.month();
    reader.blanks();
    day = reader.number(1, 2);
    reader.take(',');
  } else {
    day = reader.number(1, 2);
    reader.take('.');
    reader.blanks();
    month = reader.month();
    reader.take(',');
  }
  reader.blanks();
  return day_of(reader.number(4, 4), month, day);
}

/// "09:30", "09:30:15", "09:30:15.25".
std::optional<Micros> read_time_of_day(DateReader& reader) {
  const auto hour = reader.number(1, 2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.number(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  Micros time = hours{*hour} + minutes{*minute};
  if (!reader.take(':')) return time;
  const auto second = reader.number(2, 2);
  if (!second || *second > 59) return std::nullopt;
  time += seconds{*second};
  if (reader.take('.')) {
    const auto fraction = reader.digits(20);
    if (fraction.empty()) return std::nullopt;
    int micros = 0;
    for (std::size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    time += Micros{micros};
  }
  return time;
}

/// "Z", "+02:00", "+0200"; nothing: UTC.
std::optional<seconds> read_offset(DateReader& reader) {
  reader.blanks();
  if (reader.rest.empty()) return seconds{0};
  if (equals_ignoring_case(reader.rest, "z") || equals_ignoring_case(reader.rest, "utc")) {
    reader.rest = {};
    return seconds{0};
  }
  const bool is_negative = reader.rest.starts_with('-');
  if (!is_negative && !reader.rest.starts_with('+')) return std::nullopt;
  reader.rest.remove_prefix(1);
  const auto hour = reader.number(2, 2);
  reader.take(':');
  const auto minute = reader.number(2, 2);
  if (!hour || !minute || *hour > 18 || *minute > 59) return std::nullopt;
  const seconds offset = hours{*hour} + minutes{*minute};
  return is_negative ? -offset : offset;
}

/// One directive's text and how it is filled up when it is short.
struct Field {
  std::string text;
  int width = 0;
  char fill = '0';
};

Field directive(char c, const CalendarTime& time) {
  const auto day = floor<days>(time.local);
  const std::chrono::year_month_day date{day};
  const std::chrono::weekday weekday{day};
  const auto in_day = time.local - day;
  const auto hour = static_cast<int>(floor<hours>(in_day).count());
  const auto minute = static_cast<int>(floor<minutes>(in_day).count() % 60);
  const auto second = static_cast<int>(floor<seconds>(in_day).count() % 60);
  const auto micros = in_day.count() % 1'000'000;
  const int year = static_cast<int>(date.year());
  const int month = static_cast<int>(static_cast<unsigned>(date.month()));
  const int month_day = static_cast<int>(static_cast<unsigned>(date.day()));
  const auto first_of_year = local_days{date.year() / 1 / 1};
  const int year_day = static_cast<int>((day - first_of_year).count());
  const int from_sunday = static_cast<int>(weekday.c_encoding());
  const int from_monday = static_cast<int>(weekday.iso_encoding()) - 1;
  // ISO 8601: the week belongs to the year of its Thursday.
  const auto thursday = day + days{3 - from_monday};
  const std::chrono::year_month_day iso{thursday};
  const int iso_week = static_cast<int>((thursday - local_days{iso.year() / 1 / 1}).count()) / 7 + 1;
  const auto number = [](auto value, int width, char fill = '0') {
    return Field{std::to_string(value), width, fill};
  };
  const auto name = [](std::string_view text) { return Field{std::string(text), 0, ' '}; };
  const auto& month_name = kMonths[static_cast<std::size_t>(month - 1)];
  const auto& weekday_name = kWeekdays[static_cast<std::size_t>(from_sunday)];
  const auto offset = std::chrono::abs(time.utc_offset).count();
  switch (c) {
    case 'A':
      return name(weekday_name);
    case 'a':
      return name(weekday_name.substr(0, 3));
    case 'B':
      return name(month_name);
    case 'b':
    case 'h':
      return name(month_name.substr(0, 3));
    case 'C':
      return number(year / 100, 2);
    case 'D':
      return name(fmt::format("{:02}/{:02}/{:02}", month, month_day, year % 100));
    case 'd':
      return number(month_day, 2);
    case 'e':
      return number(month_day, 2, ' ');
    case 'F':
      return name(fmt::format("{}-{:02}-{:02}", year, month, month_day));
    case 'G':
      return number(static_cast<int>(iso.year()), 1);
    case 'H':
      return number(hour, 2);
    case 'I':
      return number(hour % 12 == 0 ? 12 : hour % 12, 2);
    case 'j':
      return number(year_day + 1, 3);
    case 'k':
      return number(hour, 2, ' ');
    case 'L':
      return number(micros / 1000, 3);
    case 'l':
      return number(hour % 12 == 0 ? 12 : hour % 12, 2, ' ');
    case 'M':
      return number(minute, 2);
    case 'm':
      return number(month, 2);
    case 'N':
      return name(fmt::format("{:06}000", micros));
    case 'P':
      return name(hour < 12 ? "am" : "pm");
    case 'p':
      return name(hour < 12 ? "AM" : "PM");
    case 'R':
      return name(fmt::format("{:02}:{:02}", hour, minute));
    case 'S':
      return number(second, 2);
    case 's':
      return number(floor<seconds>(time.local.time_since_epoch() - time.utc_offset).count(), 1);
    case 'T':
      return name(fmt::format("{:02}:{:02}:{:02}", hour, minute, second));
    case 'U':
      return number((year_day + 7 - from_sunday) / 7, 2);
    case 'u':
      return number(from_monday + 1, 1);
    case 'V':
      return number(iso_week, 2);
    case 'W':
      return number((year_day + 7 - from_monday) / 7, 2);
    case 'w':
      return number(from_sunday, 1);
    case 'Y':
      return number(year, 1);
    case 'y':
      return number(year % 100, 2);
    case 'Z':
      if (offset == 0) return name("UTC");
      [[fallthrough]];
    case 'z':
      return name(fmt::format("{}{:02}{:02}", time.utc_offset.count() < 0 ? '-' : '+', offset / 3600,
                              offset / 60 % 60));
    case 'n':
      return name("\n");
    case 't':
      return name("\t");
    default:
      return name("%");
  }
}

/// "%-d": flags, a width, a letter.
struct Directive {
  std::string_view flags;
  std::optional<int> width;
  char letter = '\0';  ///< none: the format ends within it
};

/// `format` begins after the "%".
Directive take_directive(std::string_view& format) {
  const auto flags = std::min(format.find_first_not_of("-_0^"), format.size());
  Directive made{.flags = format.substr(0, flags), .width = std::nullopt};
  DateReader reader{format.substr(flags)};
  made.width = reader.number(1, 2);
  if (!reader.rest.empty()) {
    made.letter = reader.rest[0];
    reader.rest.remove_prefix(1);
  }
  format = reader.rest;
  return made;
}

}  // namespace

std::optional<CalendarTime> read_date(std::string_view text) {
  DateReader reader{trim(text)};
  const bool is_number = std::ranges::all_of(reader.rest, [](char c) { return c >= '0' && c <= '9'; });
  if (is_number && reader.rest.size() >= 9 && reader.rest.size() <= 11) {
    std::int64_t since_1970 = 0;
    for (const char c : reader.rest) since_1970 = since_1970 * 10 + (c - '0');
    return CalendarTime{.local = std::chrono::local_time<Micros>{seconds{since_1970}}};
  }
  const auto day = read_day(reader);
  if (!day) return std::nullopt;
  CalendarTime made{.local = *day};
  if (reader.rest.empty()) return made;
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
  const auto time = read_time_of_day(reader);
  if (!time) return std::nullopt;
  const auto offset = read_offset(reader);
  if (!offset || !reader.rest.empty()) return std::nullopt;
  made.local += *time;
  made.utc_offset = *offset;
  return made;
}

std::string date_format_fault(std::string_view format) {
  for (auto at = format.find('%'); at != format.npos; at = format.find('%')) {
    format.remove_prefix(at + 1);
    const auto begin = format;
    const auto found = take_directive(format);
    if (found.letter != '\0' && kDirectives.contains(found.letter)) continue;
    return fmt::format(
        "the date format \"%{}\" is unknown; %Y, %m, %d, %B, %A, %H, %M are among those there are",
        one_line(begin.substr(0, begin.size() - format.size()), 20));
  }
  return {};
}

void append_date(std::string& out, const CalendarTime& time, std::string_view format) {
  while (!format.empty()) {
    const auto at = std::min(format.find('%'), format.size());
    out += format.substr(0, at);
    format.remove_prefix(std::min(at + 1, format.size()));
    if (format.empty()) break;
    const auto found = take_directive(format);
    Field field = directive(found.letter, time);
    if (found.flags.contains('_')) field.fill = ' ';
    if (found.flags.contains('0')) field.fill = '0';
    if (found.flags.contains('^'))
      std::ranges::transform(field.text, field.text.begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
    const auto width =
        static_cast<std::size_t>(found.flags.contains('-') ? 0 : found.width.value_or(field.width));
    if (field.text.size() < width) out.append(width - field.text.size(), field.fill);
    out += field.text;
  }
}

}  // namespace postrider
