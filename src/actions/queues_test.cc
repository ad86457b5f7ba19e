#include "actions/queues.h"

#include "actions/action_test.h"
#include "actions/pause_campaign.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class Queues : public ActionTest {};

TEST_F(Queues, AreCreatedWithDefaultsAndChangedFieldByField) {
  const auto queue = create_queue(context_, "slow", {.max_dispatches_per_second = 2.5});
  ASSERT_TRUE(queue.has_value()) << queue.error().message;
  EXPECT_EQ(queue->settings.max_attempts, 3);
  const auto changed = update_queue(context_, "slow", {.max_attempts = -1});
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->settings.max_attempts, -1);
  EXPECT_EQ(changed->settings.max_dispatches_per_second, 2.5);
  EXPECT_FALSE(update_queue(context_, "slow", {.max_doublings = -1}).has_value());
  EXPECT_FALSE(create_queue(context_, "no blanks", {}).has_value());
  EXPECT_EQ(update_queue(context_, "fast", {}).error().code, "queue_not_found");
}

TEST_F(Queues, HoldTheirTasksWhilePaused) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  ASSERT_TRUE(pause_queue(context_, kDefaultQueue).has_value());
  EXPECT_EQ(work(accepted), 0);
  ASSERT_TRUE(resume_queue(context_, kDefaultQueue).has_value());
  EXPECT_EQ(work(accepted), 3);
}

TEST_F(Queues, PauseTheCampaignsOfPurgedTasksWhichCanBeResumed) {
  add_office();
  auto settings = letter();
  settings.pace = Pace{std::chrono::minutes{5}, std::chrono::minutes{5}};
  const auto id = create(kThreePeople, settings)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  EXPECT_EQ(work(accepted), 1);
  const auto purged = purge_queue(context_, kDefaultQueue);
  ASSERT_TRUE(purged.has_value()) << purged.error().message;
  EXPECT_EQ(*purged, 2);
  const auto paused = store().campaign(id);
  EXPECT_EQ(paused->status, CampaignStatus::paused);
  EXPECT_NE(paused->why.find("2 emails without a task"), std::string::npos) << paused->why;

  ASSERT_TRUE(resume_campaign(context_, id).has_value());
  for (int i = 0; i < 10; ++i) {
    work(accepted);
    clock_.advance(std::chrono::minutes{5});
  }
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 3}));
}

}  // namespace
}  // namespace postrider
