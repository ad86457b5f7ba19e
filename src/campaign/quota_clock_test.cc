#include "campaign/quota_clock.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;

WallTime at(const char* text) {
  return *parse_rfc3339(text);
}

TEST(QuotaClock, NamesTheNextBeginningOfTheProvidersDay) {
  const struct {
    const char* name;
    const char* clock;
    const char* now;
    const char* next;
  } rows[] = {
      {"evening there", "00:00 America/Los_Angeles", "2026-11-24T04:00:00Z", "2026-11-24T08:00:00Z"},
      {"morning there", "00:00 America/Los_Angeles", "2026-11-24T17:00:00Z", "2026-11-25T08:00:00Z"},
      {"the very moment is past", "00:00 America/Los_Angeles", "2026-11-24T08:00:00Z",
       "2026-11-25T08:00:00Z"},
      {"UTC", "00:00 UTC", "2026-11-24T09:00:00Z", "2026-11-25T00:00:00Z"},
      {"half past", "06:30 Asia/Kolkata", "2026-11-24T00:00:00Z", "2026-11-24T01:00:00Z"},
      {"summer time begins at the hour", "02:30 Europe/Berlin", "2026-03-28T23:00:00Z",
       "2026-03-29T01:00:00Z"},
      {"the hour comes twice", "02:30 Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"},
      {"after its first coming", "02:30 Europe/Berlin", "2026-10-25T00:40:00Z", "2026-10-26T01:30:00Z"},
      {"far east", "00:00 Pacific/Kiritimati", "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto next = next_quota_day(row.clock, at(row.now));
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(format_rfc3339(*next), row.next);
  }
}

TEST(QuotaClock, KnowsNoDayOfARollingQuota) {
  for (const char* clock : {"", "rolling", "Rolling", " rolling ", "nonsense", "00:00 Nowhere/Town"}) {
    EXPECT_FALSE(next_quota_day(clock, at("2026-11-24T09:00:00Z")).has_value()) << clock;
  }
}

TEST(QuotaClock, SaysWhatIsWrongWithIt) {
  for (const char* good : {"", "rolling", "00:00 UTC", "23:59 Europe/Berlin"}) {
    EXPECT_TRUE(validate_quota_clock(good).has_value()) << good;
  }
  for (const char* bad :
       {"24:00 UTC", "0:00 UTC", "00:60 UTC", "00:00", "midnight UTC", "00-00 UTC", "00:00 Mars"}) {
    EXPECT_FALSE(validate_quota_clock(bad).has_value()) << bad;
  }
  EXPECT_NE(validate_quota_clock("00:00 America/Los_Angles").error().message.find("America/Los_Angeles"),
            std::string::npos);
}

}  // namespace
}  // namespace postrider
