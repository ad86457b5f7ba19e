#include "actions/start_campaign.h"

#include "actions/action_test.h"
#include "actions/duplicate_campaign.h"
#include "actions/pause_campaign.h"
#include "actions/retry_campaign.h"
#include "actions/stop_campaign.h"

namespace postrider {
namespace {

class StartCampaign : public ActionTest {
 protected:
  static bool has(const StartAnswer& answer, std::string_view code) {
    for (const auto& problem : answer.problems) {
      if (problem.code == code) return true;
    }
    return false;
  }
};

constexpr const char* kOneHole =
    "Email,Name,Company\nana@example.com,Ana,Acme\nbo@example.com,Bo,\ncy@example.com,Cy,\n";

TEST_F(StartCampaign, SendsToEverybodyAndEndsCompleted) {
  add_office();
  const auto id = create(kThreePeople)->id;
  const auto answer = start_campaign(context_, id, {});
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(answer->started());
  EXPECT_EQ(work(accepted), 3);
  const auto campaign = store().campaign(id);
  EXPECT_EQ(campaign->status, CampaignStatus::completed);
  EXPECT_EQ(campaign->counts, (Counts{.sent = 3}));

  const auto again = start_campaign(context_, id, {});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, "campaign_not_startable");
}

TEST_F(StartCampaign, AnswersWithAllBlockingProblemsAtOnce) {
  auto settings = letter();
  settings.mailboxes.reset();
  settings.subject = "{{ Titel }}";
  const auto id = create(kOneHole, settings)->id;
  const auto answer = start_campaign(context_, id, {.at = clock_.wall_now() - std::chrono::hours{1}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->problems.size(), 4U);
  EXPECT_TRUE(has(*answer, "no_mailbox"));
  EXPECT_TRUE(has(*answer, "unresolved_field"));
  EXPECT_TRUE(has(*answer, "time_passed"));
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::draft);
}

TEST_F(StartCampaign, CountsEmptyCellsAndShowsTheirRows) {
  add_office();
  const auto id = create(kOneHole)->id;
  const auto answer = start_campaign(context_, id, {});
  ASSERT_EQ(answer->problems.size(), 1U);
  const auto& message = answer->problems[0].message;
  EXPECT_NE(message.find("{{Company}} is empty for 2 recipients (rows 3, 4)"), std::string::npos) << message;
  EXPECT_NE(message.find("{{ Company | default: \"…\" }}"), std::string::npos) << message;
}

TEST_F(StartCampaign, SkipsUnresolvedRowsWhenTold) {
  add_office();
  const auto id = create(kOneHole)->id;
  const auto answer = start_campaign(context_, id, {.skip_unresolved = true});
  ASSERT_TRUE(answer.has_value());
  ASSERT_TRUE(answer->started());
  EXPECT_FALSE(answer->warnings.empty());
  EXPECT_EQ(work(accepted), 1);
  const auto campaign = store().campaign(id);
  EXPECT_EQ(campaign->counts, (Counts{.sent = 1, .skipped = 2}));
  EXPECT_TRUE(campaign->skip_unresolved);
}

TEST_F(StartCampaign, RefusesAListWithNobodyInIt) {
  add_office();
  const auto id = create("Email,Company\nnobody,Acme\n")->id;
  const auto answer = start_campaign(context_, id, {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(has(*answer, "no_recipients"));
  EXPECT_EQ(answer->problems.size(), 1U);
}

TEST_F(StartCampaign, WaitsForItsTime) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {.at = clock_.wall_now() + std::chrono::hours{2}})->started());
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::scheduled);
  EXPECT_EQ(work(accepted), 0);
  clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(work(accepted), 3);
}

TEST_F(StartCampaign, HeedsTheDraftsOwnStartUnlessToldOtherwise) {
  add_office();
  const auto at = clock_.wall_now() + std::chrono::hours{2};
  auto settings = letter();
  settings.form = CampaignForm{.start_at = at};
  const auto own = create(kThreePeople, settings)->id, at_once = create(kThreePeople, settings)->id,
             other = create(kThreePeople, settings)->id;
  EXPECT_EQ(start_campaign(context_, own, {})->at, at);
  EXPECT_EQ(store().campaign(own)->scheduled_at, at);
  EXPECT_EQ(start_campaign(context_, own, {}).error().code, "campaign_scheduled");
  EXPECT_EQ(start_campaign(context_, at_once, {.now = true})->at, std::nullopt);
  EXPECT_EQ(store().campaign(at_once)->status, CampaignStatus::sending);
  const auto earlier = at - std::chrono::hours{1};
  EXPECT_EQ(start_campaign(context_, other, {.at = earlier})->at, earlier);
  EXPECT_EQ(start_campaign(context_, own, {.now = true})->at, std::nullopt);
  EXPECT_EQ(store().campaign(own)->status, CampaignStatus::sending);
}

TEST_F(StartCampaign, StartsADraftWhoseOwnTimeIsOver) {
  add_office();
  auto settings = letter();
  settings.form = CampaignForm{.start_at = clock_.wall_now() + std::chrono::hours{2}};
  const auto id = create(kThreePeople, settings)->id;
  clock_.advance(std::chrono::hours{3});
  EXPECT_EQ(start_campaign(context_, id, {})->at, std::nullopt);
  EXPECT_EQ(work(accepted), 3);
}

TEST_F(StartCampaign, CanBePausedResumedAndStopped) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  ASSERT_TRUE(pause_campaign(context_, id).has_value());
  EXPECT_EQ(work(accepted), 0);
  EXPECT_EQ(store().campaign(id)->why, "paused by local:ana");
  ASSERT_TRUE(resume_campaign(context_, id).has_value());
  const auto stopped = stop_campaign(context_, id);
  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->skipped, 3);
  EXPECT_EQ(stopped->in_flight, 0);
  EXPECT_EQ(work(accepted), 0);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.skipped = 3}));
}

TEST_F(StartCampaign, RetriesTheFailedAndDuplicatesTheUnsent) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  work([](const std::string& address) {
    return address == "bo@example.com" ? refused(address) : accepted(address);
  });
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 2, .failed = 1}));

  const auto copy = duplicate_campaign(context_, id, "unsent", "");
  ASSERT_TRUE(copy.has_value()) << copy.error().message;
  EXPECT_EQ(store().campaign(*copy)->name, "Spring (copy)");
  EXPECT_EQ(store().campaign(*copy)->counts.total(), 1);
  EXPECT_EQ(duplicate_campaign(context_, id, "some", "").error().code, "bad_selection");

  EXPECT_EQ(retry_campaign(context_, id), 1);
  EXPECT_EQ(work(accepted), 1);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 3}));
}

}  // namespace
}  // namespace postrider
