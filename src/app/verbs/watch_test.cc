#include "app/verbs/watch.h"

#include "actions/action_test.h"
#include "actions/start_campaign.h"
#include "actions/stop_campaign.h"

namespace postrider {
namespace {

class Watch : public ActionTest {};

TEST_F(Watch, DrawsCountsRateAndWhatIsWaitedFor) {
  Campaign campaign;
  campaign.status = CampaignStatus::sending;
  campaign.counts = {.sent = 44, .bounced = 1, .pending = 55};
  const Waiting waiting{.what = "the window opens", .until = clock_.wall_now() + std::chrono::hours{14}};
  const auto line = draw_watch(
      {.campaign = campaign, .waiting = waiting, .per_second = 12.34, .now = clock_.wall_now()}, 0);
  EXPECT_EQ(
      line,
      "█████░░░░░░░  45% 45/100 sending 12.3/s · 44 sent · 1 bounced · 55 pending · the window opens until "
      "2026-11-23T23:00:00Z (14h)");
}

TEST_F(Watch, FitsTheTerminal) {
  Campaign campaign;
  campaign.status = CampaignStatus::sending;
  campaign.counts = {.sent = 1, .pending = 1};
  const auto line = draw_watch({.campaign = campaign, .waiting = {}, .per_second = 0, .now = {}}, 20);
  EXPECT_TRUE(line.ends_with("…")) << line;
}

TEST_F(Watch, WritesALineForEachChangeAndEndsWithTheCampaign) {
  add_office();
  auto settings = letter();
  settings.pace = Pace{std::chrono::minutes{5}, std::chrono::minutes{5}};
  const auto id = create(kThreePeople, settings)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  std::ostringstream out;
  int pauses = 0;
  const auto watched = watch_campaign(store(), clock_, id, {.out = out, .pause = [&](Micros d) {
                                                              EXPECT_EQ(d, std::chrono::seconds{1});
                                                              clock_.advance(std::chrono::minutes{1});
                                                              work(accepted);
                                                              return ++pauses < 100;
                                                            }});
  ASSERT_TRUE(watched.has_value());
  EXPECT_TRUE(watched->ended);
  EXPECT_EQ(watched->campaign.status, CampaignStatus::completed);
  const auto text = out.str();
  EXPECT_NE(text.find("1/3 sending"), std::string::npos) << text;
  EXPECT_NE(text.find("2/3 sending"), std::string::npos) << text;
  EXPECT_NE(text.find("100% 3/3 completed"), std::string::npos) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 8);
}

TEST_F(Watch, RedrawsOneLineOnATerminal) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  std::ostringstream out;
  const auto watched = watch_campaign(store(), clock_, id,
                                      {.out = out, .terminal = true, .columns = 80, .pause = [&](Micros d) {
                                         clock_.advance(d);
                                         work(accepted);
                                         return true;
                                       }});
  ASSERT_TRUE(watched->ended);
  const auto text = out.str();
  EXPECT_TRUE(text.starts_with("\r\x1b[K"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(Watch, EndsWhenTheCallerIsGone) {
  add_office();
  const auto id = create(kThreePeople)->id;
  std::ostringstream out;
  const WatchScreen screen{.out = out, .pause = [](Micros) { return false; }};
  EXPECT_EQ(watch_campaign(store(), clock_, id, screen).error().code, "campaign_not_started");
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  EXPECT_FALSE(watch_campaign(store(), clock_, id, screen)->ended);
}

}  // namespace
}  // namespace postrider
