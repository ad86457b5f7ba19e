#include "actions/email_tasks.h"

#include "actions/action_test.h"
#include "actions/queues.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class EmailTasks : public ActionTest {
 protected:
  std::string last_audit() { return store().audit_log({.limit = 1}).at(0).what; }
};

TEST_F(EmailTasks, AreHastenedAndSkippedWithAWordInTheAuditLog) {
  add_office();
  auto settings = letter();
  settings.pace = Pace{std::chrono::hours{1}, std::chrono::hours{1}};
  const auto id = create(kThreePeople, settings)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  ASSERT_EQ(work(accepted), 1);
  const auto waiting = store().email_tasks(store().queues()[0].id, {}, 10).tasks;
  ASSERT_EQ(waiting.size(), 2u);
  ASSERT_TRUE(hasten_email(context_, waiting[1].id).has_value());
  EXPECT_EQ(last_audit(), "asked for email " + std::to_string(waiting[1].id.value) + " now");
  ASSERT_TRUE(skip_email(context_, waiting[0].id).has_value());
  EXPECT_EQ(last_audit(), "skipped email " + std::to_string(waiting[0].id.value) + " of campaign " +
                              std::to_string(id.value));
  EXPECT_EQ(store().email(waiting[0].id)->second.reason, "skipped by local:ana");
  EXPECT_EQ(skip_email(context_, waiting[0].id).error().code, "email_over");
}

TEST_F(EmailTasks, KeepTheDefaultQueue) {
  EXPECT_EQ(delete_queue(context_, "email-campaign-queue").error().code, "queue_is_default");
  EXPECT_EQ(delete_queue(context_, "none").error().code, "queue_not_found");
  ASSERT_TRUE(create_queue(context_, "slow", {}).has_value());
  ASSERT_TRUE(delete_queue(context_, "slow").has_value());
  EXPECT_EQ(last_audit(), "deleted queue slow");
}

}  // namespace
}  // namespace postrider
