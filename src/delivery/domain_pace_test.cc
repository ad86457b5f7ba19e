#include "delivery/domain_pace.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;
const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 9h};

// SMTP-RCPT-02
TEST(DomainPace, SpacesOutADomainThatAsksForLessAndNoOther) {
  DomainPace pace;
  EXPECT_FALSE(pace.wait_until("slow.example", kNow, kNow).has_value());
  pace.slow_down("slow.example", kNow);
  EXPECT_FALSE(pace.wait_until("other.example", kNow, kNow).has_value());
  EXPECT_EQ(pace.wait_until("slow.example", kNow, kNow), kNow + 1s);
  EXPECT_EQ(pace.wait_until("slow.example", kNow, kNow), kNow + 2s);
  EXPECT_EQ(pace.wait_until("slow.example", kNow, kNow), kNow + 3s);
  EXPECT_FALSE(pace.wait_until("slow.example", kNow + 1s, kNow + 1s).has_value()) << "it has waited";
}

// SMTP-RCPT-02
TEST(DomainPace, DoublesTheGapWhenItWasNotEnoughAndForgetsItAgain) {
  DomainPace pace;
  pace.slow_down("slow.example", kNow);
  pace.slow_down("slow.example", kNow + 500ms);  // sent before anybody knew
  EXPECT_EQ(pace.wait_until("slow.example", kNow, kNow + 500ms), kNow + 1500ms);
  WallTime now = kNow;
  for (int i = 0; i < 20; ++i) pace.slow_down("slow.example", now += 10min);
  EXPECT_EQ(pace.wait_until("slow.example", kNow, now), now + DomainPace::longest_gap);
  for (int i = 0; i < 9; ++i) pace.accepted("slow.example");
  EXPECT_FALSE(pace.wait_until("slow.example", kNow, now).has_value());
}

TEST(DomainPace, IsBounded) {
  DomainPace pace;
  pace.slow_down("slow.example", kNow);
  for (int i = 0; i < 5'000; ++i) {
    const auto due = pace.wait_until("slow.example", kNow, kNow);
    ASSERT_GT(*due, kNow);
    ASSERT_LE(*due, kNow + DomainPace::farthest);
  }
  for (std::size_t i = 1; i < DomainPace::most_domains; ++i) pace.slow_down(std::to_string(i), kNow);
  EXPECT_TRUE(pace.wait_until("slow.example", kNow, kNow).has_value());
  pace.slow_down("one more", kNow);
  EXPECT_FALSE(pace.wait_until("slow.example", kNow, kNow).has_value());
}

}  // namespace
}  // namespace postrider
