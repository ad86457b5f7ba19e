#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono;

WallTime at(int y, unsigned mon, unsigned d, int h = 0, int m = 0, int s = 0, int us = 0) {
  return WallTime{sys_days{year{y} / month{mon} / day{d}}} + hours{h} + minutes{m} + seconds{s} +
         microseconds{us};
}

TEST(Time, IsWrittenAsRfc3339WithAFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_rfc3339(at(2026, 11, 24, 9)), "2026-11-24T09:00:00Z");
  EXPECT_EQ(format_rfc3339(at(2026, 1, 2, 3, 4, 5, 60)), "2026-01-02T03:04:05.000060Z");
  EXPECT_EQ(format_rfc3339(WallTime{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(WallTime{Micros{-1}}), "1969-12-31T23:59:59.999999Z");
}

TEST(Time, IsReadWithZOrAnOffset) {
  const struct {
    const char* text;
    WallTime time;
  } rows[] = {
      {"2026-11-24T09:00:00Z", at(2026, 11, 24, 9)},
      {"2026-11-24t09:00:00z", at(2026, 11, 24, 9)},
      {"2026-11-24 09:00:00Z", at(2026, 11, 24, 9)},
      {"2026-11-24T10:00:00+01:00", at(2026, 11, 24, 9)},
      {"2026-11-24T00:30:00-09:30", at(2026, 11, 24, 10)},
      {"2026-11-24T09:00:00-00:00", at(2026, 11, 24, 9)},
      {"2026-11-24T09:00:00.5Z", at(2026, 11, 24, 9, 0, 0, 500'000)},
      {"2026-11-24T09:00:00.123456789Z", at(2026, 11, 24, 9, 0, 0, 123'456)},
      {"2028-02-29T23:59:59Z", at(2028, 2, 29, 23, 59, 59)},
      {"2016-12-31T23:59:60Z", at(2017, 1, 1)},
      {"1970-01-01T00:00:00Z", WallTime{}},
      {"2037-12-31T23:59:59.999999Z", at(2037, 12, 31, 23, 59, 59, 999'999)},
      {"2038-01-01T00:30:00+01:00", at(2037, 12, 31, 23, 30)},
  };
  for (const auto& row : rows) {
    const auto read = parse_rfc3339(row.text);
    ASSERT_TRUE(read) << row.text << ": " << read.error().message;
    EXPECT_EQ(*read, row.time) << row.text;
  }
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026-11-24",
                           "2026-11-24T09:00:00",
                           "2026-11-24T09:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-24T24:00:00Z",
                           "2026-11-24T09:60:00Z",
                           "2026-11-24T09:00:60Z",
                           "2026-11-24T09:00:61Z",
                           "2026-11-24T09:00:00.Z",
                           "2026-11-24T09:00:00+0100",
                           "2026-11-24T09:00:00+24:00",
                           "2026-11-24T09:00:00+01:60",
                           "2026-11-24T09:00:00ZZ",
                           " 2026-11-24T09:00:00Z",
                           "+026-11-24T09:00:00Z",
                           "2026-11-24T09:00:00,5Z",
                           "1969-12-31T23:59:59Z",
                           "2038-01-01T00:00:00Z",
                           "2037-12-31T23:30:00-01:00",
                           "0000-01-01T00:00:00Z"}) {
    const auto read = parse_rfc3339(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "bad_time");
  }
}

RC_GTEST_PROP(Time, ReadsBackWhatItWrites, ()) {
  const auto t = from_micros(*rc::gen::inRange<std::int64_t>(0, to_micros(at(2038, 1, 1))));
  const auto read = parse_rfc3339(format_rfc3339(t));
  RC_ASSERT(read && *read == t);
}

TEST(Duration, IsReadInAllItsSpellings) {
  const struct {
    const char* text;
    Micros d;
  } rows[] = {
      {"3600s", hours{1}},
      {"0.1s", milliseconds{100}},
      {"90m", minutes{90}},
      {"4h", hours{4}},
      {"5d", days{5}},
      {"250ms", milliseconds{250}},
      {"1h30m", minutes{90}},
      {"1.5h", minutes{90}},
      {"0s", Micros{0}},
      {"0", Micros{0}},
      {" 5m ", minutes{5}},
      {"1.500s", milliseconds{1500}},
      {"0.000001s", Micros{1}},
      {"1d2h3m4s5ms", days{1} + hours{2} + minutes{3} + seconds{4} + milliseconds{5}},
      {"0.5ms", Micros{500}},
      {"1.000000001s", seconds{1}},
      {"36525d", days{36'525}},
  };
  for (const auto& row : rows) {
    const auto read = parse_duration(row.text);
    ASSERT_TRUE(read) << row.text << ": " << read.error().message;
    EXPECT_EQ(*read, row.d) << row.text;
  }
}

TEST(Duration, RefusesWhatIsNoDuration) {
  for (const char* text : {"",
                           " ",
                           "5",
                           "m",
                           "-5m",
                           "+5m",
                           "5 m",
                           "1m1h",
                           "1m2m",
                           "5.m",
                           ".5m",
                           "5w",
                           "5M",
                           "1e3s",
                           "36526d",
                           "99999999999999999999s",
                           "9223372036854775807ms",
                           "5m,",
                           "5m 3s",
                           "1.2.3s"}) {
    const auto read = parse_duration(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "bad_duration");
  }
}

TEST(Duration, IsWrittenWithTheLargestUnitsFirst) {
  EXPECT_EQ(format_duration(minutes{5}), "5m");
  EXPECT_EQ(format_duration(minutes{90}), "1h30m");
  EXPECT_EQ(format_duration(milliseconds{100}), "0.1s");
  EXPECT_EQ(format_duration(hours{1}), "1h");
  EXPECT_EQ(format_duration(days{5}), "5d");
  EXPECT_EQ(format_duration(seconds{10}), "10s");
  EXPECT_EQ(format_duration(seconds{3601}), "1h1s");
  EXPECT_EQ(format_duration(Micros{1}), "0.000001s");
  EXPECT_EQ(format_duration(Micros{0}), "0s");
  EXPECT_EQ(format_duration(Micros{-5}), "0s");
}

RC_GTEST_PROP(Duration, ReadsBackWhatItWrites, ()) {
  const Micros d{*rc::gen::inRange<std::int64_t>(0, Micros{days{36'525}}.count())};
  const auto read = parse_duration(format_duration(d));
  RC_ASSERT(read && *read == d);
}

RC_GTEST_PROP(Duration, NeverFailsOtherwiseThanWithAnError, (const std::string& text)) {
  const auto read = parse_duration(text);
  RC_ASSERT(!read || *read >= Micros{0});
  (void)parse_rfc3339(text);
}

}  // namespace
}  // namespace postrider
