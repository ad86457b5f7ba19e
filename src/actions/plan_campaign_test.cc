#include "actions/plan_campaign.h"

#include "actions/action_test.h"

namespace postrider {
namespace {

class PlanCampaign : public ActionTest {
 protected:
  static std::string people(int count) {
    std::string csv = "Email,Company\n";
    for (int i = 1; i <= count; ++i) csv += "person" + std::to_string(i) + "@example.com,Acme\n";
    return csv;
  }
};

TEST_F(PlanCampaign, KeepsPaceAndWindowAndCountsTheDays) {
  add_office();  // the clock stands at Monday, 2026-11-23, 9:00 UTC
  auto settings = letter();
  settings.pace = Pace{std::chrono::minutes{30}, std::chrono::minutes{30}};
  settings.window = Window{.start_hour = 10, .end_hour = 12, .weekdays_only = true, .zone = "UTC"};
  const auto id = create(people(10), settings)->id;
  const auto plan = plan_campaign(context_, id, {.first = 2});
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->emails, 10);
  EXPECT_EQ(format_rfc3339(*plan->first), "2026-11-23T10:00:00Z");
  EXPECT_EQ(format_rfc3339(*plan->last), "2026-11-25T10:30:00Z");
  ASSERT_EQ(plan->days.size(), 3U);
  EXPECT_EQ(plan->days[0].date, "2026-11-23");
  EXPECT_EQ(plan->days[0].emails, 4);
  EXPECT_EQ(plan->days[2].emails, 2);
  ASSERT_EQ(plan->first_emails.size(), 2U);
  EXPECT_EQ(plan->first_emails[1].mailbox, "office");
  EXPECT_EQ(format_rfc3339(plan->first_emails[1].due), "2026-11-23T10:30:00Z");
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::draft);
}

TEST_F(PlanCampaign, CountsDaysInTheWindowsOwnZone) {
  add_office();
  auto settings = letter();
  settings.window =
      Window{.start_hour = 0, .end_hour = 24, .weekdays_only = false, .zone = "Pacific/Auckland"};
  const auto id = create(people(1), settings)->id;
  const auto plan = plan_campaign(context_, id, {.at = *parse_rfc3339("2026-11-23T12:00:00Z")});
  ASSERT_EQ(plan->days.size(), 1U);
  EXPECT_EQ(plan->days[0].date, "2026-11-24");  // one in the morning over there
}

TEST_F(PlanCampaign, SaysWhenACapNeverLetsTheListThrough) {
  add_mailbox(context_, "office", {.from = "ana@example.com", .host = "smtp.example.com", .cap_24h = 1});
  const auto id = create(people(5000))->id;
  const auto plan = plan_campaign(context_, id, {});
  ASSERT_TRUE(plan.has_value());
  EXPECT_GT(plan->beyond, 1000);
  EXPECT_LT(plan->beyond, 1500);
}

TEST_F(PlanCampaign, NeedsAMailbox) {
  auto settings = letter();
  settings.mailboxes.reset();
  const auto id = create(people(1), settings)->id;
  EXPECT_EQ(plan_campaign(context_, id, {}).error().code, "no_mailbox");
}

}  // namespace
}  // namespace postrider
