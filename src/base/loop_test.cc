#include "base/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postrider {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct LoopTest : testing::Test {
  FakeClock clock;
  FakeLoop loop{clock};
  std::vector<std::string> seen;
  auto note(std::string text) {
    return [this, text] { seen.push_back(text); };
  }
};

TEST_F(LoopTest, RunsPostedWorkInOrderAndWhatThatPosts) {
  loop.post([&] {
    seen.push_back("first");
    loop.post(note("third"));
  });
  loop.post(note("second"));
  EXPECT_TRUE(seen.empty());
  EXPECT_TRUE(loop.run());
  EXPECT_THAT(seen, ElementsAre("first", "second", "third"));
  EXPECT_FALSE(loop.run());
}

TEST_F(LoopTest, CallsTimersInOrderOfTimeWithTheClockAtTheirMoment) {
  const BootTime start = clock.boot_now();
  std::vector<Micros> moments;
  loop.call_at(start + 2s, [&] { moments.push_back(clock.boot_now() - start); });
  loop.call_at(start + 1s, [&] {
    moments.push_back(clock.boot_now() - start);
    loop.call_at(start + 1500ms, [&] { moments.push_back(clock.boot_now() - start); });
  });
  loop.advance(1999ms);
  EXPECT_THAT(moments, ElementsAre(1s, 1500ms));
  loop.advance(1ms);
  EXPECT_THAT(moments, ElementsAre(1s, 1500ms, 2s));
  EXPECT_EQ(clock.boot_now(), start + 2s);
}

TEST_F(LoopTest, DoesNotCallWhatWasCancelled) {
  const auto id = loop.call_at(clock.boot_now() + 1s, note("never"));
  loop.call_at(clock.boot_now() + 1s, note("once"));
  loop.cancel(id);
  loop.advance(5s);
  loop.cancel(id);
  EXPECT_THAT(seen, ElementsAre("once"));
}

TEST_F(LoopTest, WakesSleepersAtTheirTime) {
  auto sleeper = [](LoopTest& test, BootTime due) -> Async<void> {
    auto nap = sleep_until(test.loop, due);
    co_await nap;
    test.seen.push_back("awake");
  };
  spawn(sleeper(*this, clock.boot_now() + 24h * 365));
  loop.advance(24h * 364);
  EXPECT_TRUE(seen.empty());
  loop.advance(24h);
  EXPECT_THAT(seen, ElementsAre("awake"));
}

TEST_F(LoopTest, IsNotMovedByAWallClockThatIsSet) {
  loop.call_at(clock.boot_now() + 1min, note("boot time"));
  clock.set_wall(clock.wall_now() + 24h);
  loop.run();
  EXPECT_TRUE(seen.empty());
  loop.advance(1min);
  EXPECT_THAT(seen, ElementsAre("boot time"));
}

}  // namespace
}  // namespace postrider
