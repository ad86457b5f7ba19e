#include "web/retry_after.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = *parse_rfc3339("2026-11-23T09:00:00Z");
  EXPECT_EQ(read_retry_after("120", now), 120s);
  EXPECT_EQ(read_retry_after(" 0 ", now), 0s);
  EXPECT_EQ(read_retry_after("Mon, 23 Nov 2026 09:01:30 GMT", now), 90s);
  EXPECT_EQ(read_retry_after("Mon, 23 Nov 2026 08:59:59 GMT", now), 0s);
  EXPECT_EQ(read_retry_after("99999999999999999999", now), 366 * 24h);
}

TEST(RetryAfter, IsNothingElse) {
  const auto now = *parse_rfc3339("2026-11-23T09:00:00Z");
  for (const auto* value : {"", "soon", "-1", "1.5", "Mon, 23 anM 2026 09:01:30 GMT",
                            "Monday, 23-Nov-26 09:01:30 GMT", "Mon, 99 Nov 2026 09:01:30 GMT"})
    EXPECT_FALSE(read_retry_after(value, now)) << value;
}

}  // namespace
}  // namespace postrider
