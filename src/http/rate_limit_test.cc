#include "http/rate_limit.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RateLimit, TakesSoManyAMinuteOfEachCaller) {
  RateLimit limit;
  BootTime now{seconds{100}};
  EXPECT_EQ(limit.count("ana", 2, now).left, 1);
  now += seconds{10};
  EXPECT_EQ(limit.count("ana", 2, now).left, 0);
  const auto third = limit.count("ana", 2, now);
  EXPECT_FALSE(third.allowed);
  EXPECT_EQ(third.seconds_to, 50);
  EXPECT_TRUE(limit.count("bo", 2, now).allowed);
  now += seconds{50} - milliseconds{1};
  EXPECT_FALSE(limit.count("ana", 2, now).allowed);
  EXPECT_EQ(limit.count("ana", 2, now).seconds_to, 1);
  now += milliseconds{1};
  EXPECT_TRUE(limit.count("ana", 2, now).allowed);
}

TEST(RateLimit, ManyCallersShareOneMinuteBeyondItsMemory) {
  RateLimit limit;
  BootTime now{seconds{100}};
  for (std::size_t i = 0; i < RateLimit::kMostCallers; ++i) limit.count(std::to_string(i), 1, now);
  EXPECT_TRUE(limit.count("one more", 1, now).allowed);
  EXPECT_FALSE(limit.count("and another", 1, now).allowed);
  EXPECT_FALSE(limit.count("0", 1, now).allowed);
  now += seconds{60};
  EXPECT_TRUE(limit.count("one more", 1, now).allowed);
  EXPECT_TRUE(limit.count("and another", 1, now).allowed);
}

}  // namespace
}  // namespace postrider
