#include "queue/rate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

TEST(TokenBucket, IsFullAtFirst) {
  EXPECT_EQ(TokenBucket{}.available(5, 5, kNow), 5);
}

TEST(TokenBucket, RefillsAtItsRateUpToItsBurst) {
  TokenBucket bucket;
  bucket.take(5, 5, 5, kNow);
  EXPECT_EQ(bucket.available(5, 5, kNow), 0);
  EXPECT_EQ(bucket.next_token_at(5, 5, kNow), kNow + 200ms);
  EXPECT_EQ(bucket.available(5, 5, kNow + 199ms), 0);
  EXPECT_EQ(bucket.available(5, 5, kNow + 200ms), 1);
  EXPECT_EQ(bucket.available(5, 5, kNow + 1h), 5);
  EXPECT_EQ(bucket.next_token_at(5, 5, kNow + 1h), kNow + 1h);
}

TEST(TokenBucket, KeepsARateBelowOneASecond) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.available(0.1, 1, kNow), 1);
  bucket.take(1, 0.1, 1, kNow);
  EXPECT_EQ(bucket.next_token_at(0.1, 1, kNow + 4s), kNow + 10s);
}

TEST(TokenBucket, WithoutARateHoldsNothingBack) {
  TokenBucket bucket;
  bucket.take(1'000'000, 0, 1, kNow);
  EXPECT_EQ(bucket.available(0, 1, kNow), std::numeric_limits<int>::max());
  EXPECT_EQ(bucket.next_token_at(0, 1, kNow), kNow);
}

TEST(TokenBucket, FollowsAChangedRate) {
  TokenBucket bucket;
  bucket.take(100, 100, 100, kNow);
  EXPECT_EQ(bucket.next_token_at(1, 1, kNow), kNow + 1s);
  EXPECT_EQ(bucket.available(1, 1, kNow + 1h), 1);
}

TEST(TokenBucket, SurvivesAClockSetBack) {
  TokenBucket bucket;
  bucket.take(5, 5, 5, kNow);
  const WallTime before = kNow - 24h;
  EXPECT_EQ(bucket.available(5, 5, before), 0);
  EXPECT_EQ(bucket.next_token_at(5, 5, before), before + 200ms);
  bucket.take(0, 5, 5, before);
  EXPECT_EQ(bucket.available(5, 5, before + 200ms), 1);
}

RC_GTEST_PROP(TokenBucket, NeverGivesMoreThanBurstAndRateAllow, ()) {
  const double rate = *rc::gen::inRange(1, 2'000) / 10.0;
  const double burst = std::max(1.0, rate);
  TokenBucket bucket;
  WallTime now = kNow;
  std::int64_t taken = 0;
  for (int step = 0; step < 100; ++step) {
    const int count = bucket.available(rate, burst, now);
    const int take = *rc::gen::inRange(0, count + 1);
    bucket.take(take, rate, burst, now);
    taken += take;
    const double seconds = std::chrono::duration<double>(now - kNow).count();
    RC_ASSERT(static_cast<double>(taken) <= burst + rate * seconds + 0.01);
    const WallTime next = bucket.next_token_at(rate, burst, now);
    RC_ASSERT(next >= now);
    RC_ASSERT(bucket.available(rate, burst, next) >= 1);
    now = next + Micros{*rc::gen::inRange(0, 1'000'000)};
  }
}

}  // namespace
}  // namespace postrider
