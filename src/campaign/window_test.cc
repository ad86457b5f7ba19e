#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "campaign/schedule.h"

namespace postrider {
namespace {

using testing::AllOf;
using testing::HasSubstr;

WallTime at(const char* text) {
  return parse_rfc3339(text).value();
}

Window window(int start, int end, bool weekdays_only, const char* zone) {
  return {.start_hour = start, .end_hour = end, .weekdays_only = weekdays_only, .zone = zone};
}

TEST(Window, GoodWindowsAreAccepted) {
  for (const auto& good : {Window{}, window(0, 24, false, "UTC"), window(0, 6, true, "America/New_York"),
                           window(22, 6, true, "Europe/Paris"), window(23, 24, true, "Australia/Lord_Howe"),
                           window(23, 1, false, "Etc/GMT+12")}) {
    const auto valid = validate(good);
    EXPECT_TRUE(valid) << valid.error().message;
  }
}

TEST(Window, BadWindowsAreRefusedWithTheReason) {
  const struct {
    Window window;
    const char* says;
  } rows[] = {
      {window(-1, 17, true, "UTC"), "start must be an hour from 0 to 23, not -1"},
      {window(24, 17, true, "UTC"), "not 24"},
      {window(7, 0, true, "UTC"), "end must be an hour from 1 to 24, not 0"},
      {window(7, 25, true, "UTC"), "not 25"},
      {window(9, 9, true, "UTC"), "The whole day is 0 to 24"},
      {window(7, 17, true, ""), "no time zone \"\". Use an IANA name"},
      {window(7, 17, true, "Mars/X"), "no time zone \"Mars/X\""},
      {window(7, 17, true, "localtime"), "no time zone \"localtime\""},
      {window(7, 17, true, "posixrules"), "no time zone"},
      {window(7, 17, true, "../../../etc/passwd"), "no time zone"},
      {window(7, 17, true, "europe/berlin"), "Did you mean Europe/Berlin"},
      {window(7, 17, true, "Berlin"), "Europe/Berlin"},
      {window(7, 17, true, "Europe/Pariss"), "Did you mean Europe/Paris"},
      {window(7, 17, true, "America/New York"), "Did you mean America/New_York"},
  };
  for (const auto& row : rows) {
    const auto valid = validate(row.window);
    ASSERT_FALSE(valid) << row.says;
    EXPECT_EQ(valid.error().code, "bad_window");
    EXPECT_THAT(valid.error().message, HasSubstr(row.says));
  }
}

TEST(Window, AllProblemsAreToldAtOnce) {
  const auto valid = validate(window(24, 0, true, "Nowhere/Atall"));
  ASSERT_FALSE(valid);
  EXPECT_THAT(valid.error().message, AllOf(HasSubstr("start"), HasSubstr("end"), HasSubstr("Nowhere/Atall")));
}

struct OpeningRow {
  const char* why;
  Window window;
  const char *t, *opens;
};

TEST(Window, NextOpeningIsTheFirstMomentInside) {
  const OpeningRow rows[] = {
      {"inside: now", window(9, 17, true, "UTC"), "2026-11-24T12:34:56.789Z", "2026-11-24T12:34:56.789Z"},
      {"the first moment is inside", window(9, 17, true, "UTC"), "2026-11-24T09:00:00Z",
       "2026-11-24T09:00:00Z"},
      {"half a minute early waits", window(9, 17, true, "UTC"), "2026-11-24T08:59:30Z",
       "2026-11-24T09:00:00Z"},
      {"a microsecond early waits", window(9, 17, true, "UTC"), "2026-11-24T08:59:59.999999Z",
       "2026-11-24T09:00:00Z"},
      {"the last microsecond is inside", window(9, 17, true, "UTC"), "2026-11-24T16:59:59.999999Z",
       "2026-11-24T16:59:59.999999Z"},
      {"the end is outside", window(9, 17, true, "UTC"), "2026-11-24T17:00:00Z", "2026-11-25T09:00:00Z"},
      {"Friday evening waits for Monday", window(9, 17, true, "UTC"), "2026-11-27T17:00:00Z",
       "2026-11-30T09:00:00Z"},
      {"Saturday is a day like any other", window(9, 17, false, "UTC"), "2026-11-27T17:00:00Z",
       "2026-11-28T09:00:00Z"},
      {"hour 0 is legal", window(0, 6, false, "UTC"), "2026-11-24T06:00:00Z", "2026-11-25T00:00:00Z"},
      {"hour 24 ends the day", window(9, 24, false, "UTC"), "2026-11-24T23:59:59Z", "2026-11-24T23:59:59Z"},
      {"midnight is after hour 24", window(9, 24, false, "UTC"), "2026-11-25T00:00:00Z",
       "2026-11-25T09:00:00Z"},
      {"a night goes on after midnight", window(22, 6, true, "UTC"), "2026-11-25T03:00:00Z",
       "2026-11-25T03:00:00Z"},
      {"Friday's night ends on Saturday morning", window(22, 6, true, "UTC"), "2026-11-28T05:59:59Z",
       "2026-11-28T05:59:59Z"},
      {"Saturday has no night", window(22, 6, true, "UTC"), "2026-11-28T06:00:00Z", "2026-11-30T22:00:00Z"},
      {"Sunday's night is not open on Monday morning", window(22, 6, true, "UTC"), "2026-11-30T03:00:00Z",
       "2026-11-30T22:00:00Z"},
      {"New York in winter", window(9, 17, true, "America/New_York"), "2026-11-24T00:00:00Z",
       "2026-11-24T14:00:00Z"},
      {"New York before summer time", window(9, 17, true, "America/New_York"), "2026-03-06T13:00:00Z",
       "2026-03-06T14:00:00Z"},
      {"New York, Monday after summer time began", window(9, 17, true, "America/New_York"),
       "2026-03-06T23:00:00Z", "2026-03-09T13:00:00Z"},
      {"New York, Monday after summer time ended", window(9, 17, true, "America/New_York"),
       "2026-10-31T00:00:00Z", "2026-11-02T14:00:00Z"},
      {"Paris, Monday after summer time ended", window(9, 17, true, "Europe/Paris"), "2026-10-23T20:00:00Z",
       "2026-10-26T08:00:00Z"},
      {"the skipped hour opens nothing", window(2, 3, false, "Europe/Berlin"), "2026-03-28T02:00:00Z",
       "2026-03-30T00:00:00Z"},
      {"half of a window may be skipped", window(2, 4, false, "Europe/Berlin"), "2026-03-28T12:00:00Z",
       "2026-03-29T01:00:00Z"},
      {"the repeated hour is open twice", window(2, 3, false, "Europe/Berlin"), "2026-10-25T01:30:00Z",
       "2026-10-25T01:30:00Z"},
      {"before the repeated hour's window", window(1, 2, false, "America/New_York"), "2026-11-01T00:00:00Z",
       "2026-11-01T05:00:00Z"},
      {"half an hour's shift", window(2, 3, false, "Australia/Lord_Howe"), "2026-10-03T12:00:00Z",
       "2026-10-03T15:30:00Z"},
      {"before 1970 too", window(9, 17, true, "UTC"), "1970-01-01T00:00:00Z", "1970-01-01T09:00:00Z"},
  };
  for (const auto& row : rows) {
    const auto opens = next_open(row.window, at(row.t));
    EXPECT_EQ(format_rfc3339(opens), format_rfc3339(at(row.opens))) << row.why;
    EXPECT_EQ(is_open(row.window, at(row.t)), opens == at(row.t)) << row.why;
    EXPECT_TRUE(is_open(row.window, opens)) << row.why;
  }
}

TEST(Window, AnOpeningHoldsThroughout) {
  const auto opening = next_opening(window(9, 17, true, "Europe/Paris"), at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(opening.from, at("2026-11-24T08:00:00Z"));
  EXPECT_EQ(opening.until, at("2026-11-24T16:00:00Z"));
}

TEST(Window, TheHostsOwnTimeZoneChangesNothing) {
  const auto nine = window(9, 17, true, "America/New_York");
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  for (const char* host : {"UTC", "Asia/Tokyo", "America/New_York", "Pacific/Chatham"}) {
    setenv("TZ", host, 1);
    tzset();
    EXPECT_EQ(next_open(nine, at("2026-03-07T00:00:00Z")), at("2026-03-09T13:00:00Z")) << host;
  }
  before == nullptr ? unsetenv("TZ") : setenv("TZ", kept.c_str(), 1);
  tzset();
}

TEST(Window, BeyondTheTablesIsAFaultAndNoGuess) {
  const auto nine = window(9, 17, true, "Europe/Paris");
  EXPECT_EQ(next_open(nine, at("2037-12-31T12:00:00Z")), at("2037-12-31T12:00:00Z"));
  EXPECT_THROW(next_open(nine, at("2037-12-31T20:00:00Z")), Fault);
  EXPECT_THROW(next_open(nine, at("2037-12-31T23:59:59Z") + std::chrono::seconds{1}), Fault);
  EXPECT_THROW(next_open(window(9, 17, true, "UTC"), at("2037-12-31T20:00:00Z")), Fault);
}

}  // namespace
}  // namespace postrider
