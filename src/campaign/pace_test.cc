#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "campaign/schedule.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Pace, SpellingsAreRead) {
  const struct {
    const char* text;
    Pace pace;
    const char* written;
  } rows[] = {
      {"none", {}, "none"},
      {" None ", {}, "none"},
      {"0s", {}, "none"},
      {"4m-7m", {4min, 7min}, "4m-7m"},
      {"30s - 90s", {30s, 90s}, "30s-1m30s"},
      {"5m", {5min, 5min}, "5m"},
      {"0s-10s", {0s, 10s}, "0s-10s"},
      {"24h", {24h, 24h}, "1d"},
  };
  for (const auto& row : rows) {
    const auto pace = parse_pace(row.text);
    ASSERT_TRUE(pace) << row.text << ": " << pace.error().message;
    EXPECT_EQ(*pace, row.pace) << row.text;
    EXPECT_EQ(format_pace(*pace), row.written) << row.text;
    EXPECT_EQ(parse_pace(row.written).value(), *pace) << row.text;
  }
}

TEST(Pace, WhatIsNoPaceIsRefusedWithTheReason) {
  const struct {
    const char *text, *says;
  } rows[] = {
      {"", "cannot be read"},      {"fast", "cannot be read"},  {"4-7m", "cannot be read"},
      {"7m-4m", "the longer gap"}, {"1m-2m-3m", "is no range"}, {"25h", "longer than a day"},
      {"1m-25h", "longer than a"}, {"-5m", "cannot be read"},   {"5m-", "cannot be read"},
  };
  for (const auto& row : rows) {
    const auto pace = parse_pace(row.text);
    ASSERT_FALSE(pace) << row.text;
    EXPECT_EQ(pace.error().code, "bad_pace");
    EXPECT_THAT(pace.error().message, HasSubstr(row.says));
  }
}

TEST(Pace, TheGapOfARateNeverLetsOneTooManyIntoAMinute) {
  EXPECT_EQ(gap_of_rate(0), 0us);
  EXPECT_EQ(gap_of_rate(1), 60s);
  EXPECT_EQ(gap_of_rate(60), 1s);
  for (int rate = 1; rate <= 10'000; ++rate) EXPECT_GE(gap_of_rate(rate) * rate, 60s) << rate;
}

TEST(Pace, NoPaceHasNoGap) {
  EXPECT_EQ(gap_after({}, 42, 7), 0us);
}

RC_GTEST_PROP(PaceProperty, EveryGapLiesInItsRangeAndIsTheSameEachTime, ()) {
  const auto min = *rc::gen::inRange<std::int64_t>(0, 86'400'000'000);
  const auto max = *rc::gen::inRange<std::int64_t>(min, 86'400'000'001);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto ordinal = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  const Pace pace{Micros{min}, Micros{max}};
  const auto gap = gap_after(pace, seed, ordinal);
  RC_ASSERT(gap >= pace.min);
  RC_ASSERT(gap <= pace.max);
  RC_ASSERT(gap == gap_after(pace, seed, ordinal));
}

TEST(Pace, GapsSpreadOverTheWholeRange) {
  const Pace pace{4min, 7min};
  Micros sum{0}, least = 7min, most{0};
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const auto gap = gap_after(pace, 99, i);
    sum += gap;
    least = std::min(least, gap);
    most = std::max(most, gap);
  }
  EXPECT_NEAR(static_cast<double>(sum.count()) / 10'000, 330e6, 2e6);
  EXPECT_LT(least, 4min + 1s);
  EXPECT_GT(most, 7min - 1s);
}

}  // namespace
}  // namespace postrider
