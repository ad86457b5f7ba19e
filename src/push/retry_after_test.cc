#include "push/retry_after.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime now = *parse_rfc3339("2026-11-24T09:00:00Z");

TEST(RetryAfter, ReadsSeconds) {
  EXPECT_EQ(retry_after("0", now), 0s);
  EXPECT_EQ(retry_after("120", now), 120s);
  EXPECT_EQ(retry_after(" 0007 ", now), 7s);
  EXPECT_EQ(retry_after("3600", now), 1h);
  EXPECT_EQ(retry_after("3601", now), 1h);
  EXPECT_EQ(retry_after("99999999999999999999999999", now), 1h);
  EXPECT_EQ(retry_after("00000000000000000000000000", now), 0s);
}

TEST(RetryAfter, ReadsMoments) {
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 09:01:30 GMT", now), 90s);
  EXPECT_EQ(retry_after("Tuesday, 24-Nov-26 09:01:30 GMT", now), 90s);
  EXPECT_EQ(retry_after("Tue Nov 24 09:01:30 2026", now), 90s);
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 08:00:00 GMT", now), 0s) << "over already";
  EXPECT_EQ(retry_after("Wed, 25 Nov 2026 09:00:00 GMT", now), 1h);
}

TEST(RetryAfter, NonsenseSaysNothing) {
  for (const auto* text :
       {"", " ", "soon", "-1", "1.5", "1s", "+1", "Tue, 24 Nov 2026 09:01:30",
        "Tue, 24 Nov 2026 09:01:30 CET", "Tue, 32 Nov 2026 09:01:30 GMT", "Tue, 31 Nov 2026 09:01:30 GMT",
        "Tue, 24 nov 2026 09:01:30 GMT", "Tue, 24 Nov 2026 24:00:00 GMT", "Tue, 24 Nov 2026 9:1:3 GMT",
        "Tue, 24 Nov 202 09:00:00 GMT", "2026-11-24T09:00:00Z"})
    EXPECT_FALSE(retry_after(text, now)) << text;
}

TEST(HttpDate, IsReadInAllThreeForms) {
  const auto moment = parse_rfc3339("1994-11-06T08:49:37Z");
  for (const auto* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    EXPECT_EQ(parse_http_date(text, now), *moment) << text;
  const auto year_read = [](std::string_view text) {
    return static_cast<int>(
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*parse_http_date(text, now)))
            .year());
  };
  EXPECT_EQ(year_read("Friday, 06-Nov-76 08:49:37 GMT"), 2076) << "fifty years ahead is the last";
  EXPECT_EQ(year_read("Sunday, 06-Nov-77 08:49:37 GMT"), 1977);
}

}  // namespace
}  // namespace postrider
