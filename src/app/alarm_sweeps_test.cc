#include "app/alarm_sweeps.h"

#include <gmock/gmock.h>

#include <future>

#include "actions/alarm_test.h"

namespace postrider {
namespace {

TEST_F(AlarmTest, WhoAsksForASweepHearsWhatCameOfOneThatBeganLater) {
  AlarmSweeps sweeps(*keeper_);
  const auto created = create("email,Company\np1@example.com,Acme\n", letter());
  ASSERT_TRUE(start_campaign(context_, created->id, {}));
  queue_.down = true;
  const auto asked = [&] {
    std::promise<bool> came;
    sweeps.ask([&](const Result<void>& swept) { came.set_value(swept.has_value()); });
    return came.get_future().get();
  };
  EXPECT_FALSE(asked());
  queue_.down = false;
  EXPECT_TRUE(asked());
  EXPECT_FALSE(queue_.waiting.empty());
}

// The database cannot be read, say: whoever rang is told to ring again, and the next sweep is as good as any.
TEST_F(AlarmTest, ASweepThatFailsIsToldAndNotTheLast) {
  AlarmSweeps sweeps(*keeper_);
  const auto created = create("email,Company\np1@example.com,Acme\n", letter());
  ASSERT_TRUE(start_campaign(context_, created->id, {}));
  queue_.breaks = true;
  const auto why = [&] {
    std::promise<std::string> came;
    sweeps.ask([&](const Result<void>& swept) { came.set_value(swept ? "" : swept.error().message); });
    return came.get_future().get();
  };
  EXPECT_EQ(why(), "broken on purpose");
  queue_.breaks = false;
  EXPECT_EQ(why(), "");
  EXPECT_FALSE(queue_.waiting.empty());
}

TEST_F(AlarmTest, AllWhoAskedAreAnsweredBeforeTheSweepsEnd) {
  int heard = 0;
  {
    AlarmSweeps sweeps(*keeper_);
    for (int i = 0; i < 100; ++i) sweeps.ask([&](const Result<void>& swept) { heard += swept ? 1 : 0; });
  }
  EXPECT_EQ(heard, 100);
}

}  // namespace
}  // namespace postrider
