#include "actions/suppressions.h"

#include "actions/action_test.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class Suppressions : public ActionTest {};

TEST_F(Suppressions, HoldFromTheAnswerOnInACampaignUnderWay) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  const auto added = add_suppression(context_, "Bo@Example.com", "");
  ASSERT_TRUE(added.has_value()) << added.error().message;
  EXPECT_EQ(added->suppression.reason, "added by hand");
  EXPECT_EQ(work(accepted), 2);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 2, .skipped = 1}));
}

TEST_F(Suppressions, AreRemovedByAnySpelling) {
  ASSERT_TRUE(add_suppression(context_, "example.org", "competitor").has_value());
  EXPECT_EQ(remove_suppression(context_, "@EXAMPLE.org"), "@example.org");
  EXPECT_EQ(remove_suppression(context_, "example.org").error().code, "suppression_not_found");
  EXPECT_FALSE(add_suppression(context_, "a@b@c", "").has_value());
}

}  // namespace
}  // namespace postrider
