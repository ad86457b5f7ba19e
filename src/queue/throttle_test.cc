#include "queue/throttle.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

TEST(Throttle, HoldsNothingBackAtFirst) {
  EXPECT_EQ(Throttle{}.at(kNow), 1);
}

TEST(Throttle, HalvesDownToItsFloor) {
  Throttle throttle;
  for (const double left : {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.015625}) {
    throttle.slow_down(kNow, kNow);
    EXPECT_EQ(throttle.at(kNow), left);
  }
}

TEST(Throttle, RecoversByHalfEveryThirtySeconds) {
  Throttle throttle;
  throttle.slow_down(kNow, kNow);
  throttle.slow_down(kNow, kNow);
  EXPECT_EQ(throttle.at(kNow + 29s), 0.25);
  EXPECT_EQ(throttle.next_recovery(kNow + 29s), kNow + 30s);
  EXPECT_EQ(throttle.at(kNow + 30s), 0.375);
  EXPECT_EQ(throttle.next_recovery(kNow + 30s), kNow + 60s);
  EXPECT_EQ(throttle.at(kNow + 90s), 0.84375);
  EXPECT_EQ(throttle.at(kNow + 120s), 1);
  EXPECT_EQ(throttle.at(kNow + 1000h), 1);
}

TEST(Throttle, HalvesFromWhereItHasRecoveredTo) {
  Throttle throttle;
  throttle.slow_down(kNow, kNow);
  throttle.slow_down(kNow + 30s, kNow + 30s);
  EXPECT_EQ(throttle.at(kNow + 30s), 0.375);
}

TEST(Throttle, CountsWhatWasUnderWayOnce) {
  Throttle throttle;
  for (int n = 0; n < 100; ++n) throttle.slow_down(kNow, kNow + 1s);
  EXPECT_EQ(throttle.at(kNow + 1s), 0.5);
  throttle.slow_down(kNow + 1s, kNow + 2s);
  EXPECT_EQ(throttle.at(kNow + 2s), 0.25);
}

TEST(Throttle, BearsAClockThatWasSetBack) {
  Throttle throttle;
  throttle.slow_down(kNow, kNow);
  EXPECT_EQ(throttle.at(kNow - 1h), 0.5);
}

}  // namespace
}  // namespace postrider
