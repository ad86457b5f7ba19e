#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Life = NounsTest;

TEST_F(Life, IsStartedOnce) {
  const auto id = start();
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
  EXPECT_EQ(campaign(id).started_at, clock_.wall_now());
  EXPECT_EQ(code_of(nouns().start(id, std::nullopt, {})), "campaign_not_startable");
  EXPECT_EQ(code_of(nouns().start(add_draft({}), std::nullopt, {})), "campaign_not_startable");
  EXPECT_EQ(code_of(nouns().start(CampaignId{99}, std::nullopt, {})), "campaign_not_found");
  EXPECT_EQ(end_all(delivered()), 5);
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  expect_counts(id, {.sent = 5});
}

TEST_F(Life, WaitsForItsScheduledTimeAlsoWhenThatIsMovedBack) {
  const auto id = add_draft();
  const auto at = clock_.wall_now() + hours{1};
  ASSERT_TRUE(nouns().start(id, at, {}));
  EXPECT_EQ(campaign(id).status, CampaignStatus::scheduled);
  EXPECT_EQ(nouns().waiting(id, clock_.wall_now()).until, at);
  EXPECT_EQ(code_of(nouns().start(id, at, {})), "campaign_not_startable");
  ASSERT_TRUE(nouns().start(id, at + hours{1}, {}));
  clock_.advance(minutes{90});
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(campaign(id).status, CampaignStatus::scheduled);
  clock_.advance(minutes{30});
  EXPECT_EQ(end_all(delivered()), 5);
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Life, AChangeMayMoveTheStartOfAScheduledCampaignAndOfNoOther) {
  const auto id = add_draft();
  const auto at = clock_.wall_now() + hours{2};
  ASSERT_TRUE(nouns().update_campaign(campaign(id), nullptr, at));
  EXPECT_EQ(campaign(id).scheduled_at, std::nullopt);
  ASSERT_TRUE(nouns().start(id, at, {}));
  ASSERT_TRUE(nouns().update_campaign(campaign(id)));
  EXPECT_EQ(campaign(id).scheduled_at, at);
  ASSERT_TRUE(nouns().update_campaign(campaign(id), nullptr, at - hours{1}));
  EXPECT_EQ(nouns().waiting(id, clock_.wall_now()).until, at - hours{1});
  ASSERT_TRUE(nouns().update_campaign(campaign(id), nullptr, at + hours{1}));
  clock_.advance(hours{2});
  EXPECT_TRUE(claim().empty());
  clock_.advance(hours{1});
  EXPECT_EQ(end_all(delivered()), 5);
}

TEST_F(Life, PausedBeforeItsTimeIsScheduledAgainWhenResumed) {
  const auto id = add_draft();
  const auto at = clock_.wall_now() + hours{1};
  ASSERT_TRUE(nouns().start(id, at, {}));
  ASSERT_TRUE(nouns().pause(id, "lunch"));
  EXPECT_EQ(nouns().waiting(id, clock_.wall_now()).what, "it is paused: lunch");
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(campaign(id).status, CampaignStatus::scheduled);
  EXPECT_EQ(campaign(id).why, "");
  ASSERT_TRUE(nouns().pause(id, ""));
  clock_.advance(hours{2});
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
  EXPECT_EQ(end_all(delivered()), 5);
}

TEST_F(Life, PausedPassesNoGateAndResumedLosesNobody) {
  const auto id = start();
  const auto held = claim(2);
  ASSERT_EQ(held.size(), 2u);
  ASSERT_TRUE(nouns().pause(id, "by hand"));
  EXPECT_FALSE(pass(held[0]));
  for (const auto& task : held)
    apply(Release{crew_, task.id, task.attempt, {.kind = GateAnswer::Kind::cancelled}});
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(code_of(nouns().pause(id, "")), "campaign_not_pausable");
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(end_all(delivered()), 5);
  expect_counts(id, {.sent = 5});
}

TEST_F(Life, StoppedBeforeThePlanSkipsEverybodyWithoutARow) {
  const auto id = start(people(7));
  const auto answer = nouns().stop(id).value();
  EXPECT_EQ(answer.skipped, 7);
  EXPECT_EQ(answer.in_flight, 0);
  EXPECT_EQ(campaign(id).status, CampaignStatus::cancelled);
  EXPECT_TRUE(claim().empty());
  expect_counts(id, {.skipped = 7});
  for (const auto& email : emails(id)) {
    EXPECT_EQ(email.id, EmailId{});
    EXPECT_EQ(email.reason, "Campaign was cancelled");
  }
}

TEST_F(Life, StoppedWhileSendingSaysHowManyDotsAreOut) {
  const auto id = start(people(10));
  const auto held = claim(4);
  ASSERT_EQ(held.size(), 4u);
  end(held[0], delivered());
  ASSERT_TRUE(pass(held[1]));
  ASSERT_TRUE(pass(held[2]));
  const auto answer = nouns().stop(id).value();
  EXPECT_EQ(answer.in_flight, 2);
  EXPECT_EQ(answer.skipped, 6);
  EXPECT_FALSE(pass(held[3]));
  apply(Release{crew_, held[3].id, held[3].attempt, {.kind = GateAnswer::Kind::cancelled}});
  apply(Record{crew_, held[1].id, held[1].attempt, delivered()});
  apply(Record{crew_, held[2].id, held[2].attempt, refused()});
  expect_counts(id, {.sent = 2, .failed = 1, .skipped = 7});
  EXPECT_EQ(campaign(id).status, CampaignStatus::cancelled);
  EXPECT_EQ(code_of(nouns().stop(id)), "campaign_not_stoppable");
  for (const auto& email : emails(id, EmailStatus::skipped))
    EXPECT_EQ(email.reason, "Campaign was cancelled");
}

TEST_F(Life, RetryTakesOnlyTheFailed) {
  const auto id = start(people(6));
  auto due = claim();
  ASSERT_EQ(due.size(), 6u);
  for (std::size_t i = 0; i < due.size(); ++i) end(due[i], i < 2 ? refused() : delivered());
  expect_counts(id, {.sent = 4, .failed = 2});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);

  EXPECT_EQ(nouns().retry(id), 2);
  expect_counts(id, {.sent = 4, .pending = 2});
  EXPECT_EQ(campaign(id).completed_at, std::nullopt);
  due = claim();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].attempt, 2);
  EXPECT_EQ(due[0].tries, 0);
  for (const auto& task : due) end(task, delivered());
  expect_counts(id, {.sent = 6});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  EXPECT_EQ(nouns().attempts(due[0].id).size(), 2u);
  EXPECT_EQ(code_of(nouns().retry(id)), "campaign_not_retryable");
}

TEST_F(Life, DuplicatesTakeWhomTheyAreAskedFor) {
  const auto id = start(people(8));
  auto due = claim(4);
  end(due[0], delivered());
  end(due[1], refused());
  end(due[2], unknown());
  apply(Release{crew_, due[3].id, due[3].attempt, {.kind = GateAnswer::Kind::cancelled}});
  ASSERT_TRUE(nouns().stop(id));
  expect_counts(id, {.sent = 1, .failed = 1, .skipped = 5, .uncertain = 1});

  const auto all = nouns().duplicate(id, "all", "").value();
  expect_counts(all, {.pending = 8});
  EXPECT_EQ(campaign(all).name, "Autumn (copy)");
  EXPECT_EQ(campaign(all).status, CampaignStatus::draft);
  EXPECT_EQ(campaign(all).mailboxes, campaign(id).mailboxes);
  EXPECT_NE(campaign(all).seed, campaign(id).seed);
  const auto unsent = nouns().duplicate(id, "unsent", "Second").value();
  expect_counts(unsent, {.pending = 6});
  EXPECT_EQ(campaign(unsent).name, "Second");
  EXPECT_EQ(nouns().recipients(unsent, 0, 10)->front().ordinal, 1);
  const auto failed = nouns().duplicate(id, "failed", "").value();
  expect_counts(failed, {.pending = 1});
  EXPECT_EQ(code_of(nouns().duplicate(failed, "failed", "")), "nothing_to_duplicate");
  EXPECT_EQ(code_of(nouns().duplicate(id, "some", "")), "bad_only");
  EXPECT_EQ(nouns().campaigns(std::nullopt, {}, 10).size(), 4u);
  ASSERT_TRUE(nouns().start(unsent, std::nullopt, {}));
  EXPECT_EQ(end_all(delivered()), 6);
}

TEST_F(Life, DuplicatesCountTheirOwnEmptyCells) {
  const auto id = start({{"a@example.org", ""}, {"b@example.org", "B"}, {"c@example.org", ""}});
  const auto due = claim();
  for (const auto& task : due) end(task, decode_payload(task.payload).ordinal == 3 ? refused() : delivered());
  const auto failed = nouns().duplicate(id, "failed", "").value();
  EXPECT_EQ(campaign(failed).columns[1].empty, 1);
  EXPECT_EQ(campaign(failed).columns[1].empty_rows, std::vector<std::int64_t>{4});
}

TEST_F(Life, EndsForGoodWhenTheCampaignIsDeleted) {
  const auto id = start(people(3));
  EXPECT_EQ(code_of(nouns().delete_campaign(id)), "campaign_not_deletable");
  const auto due = claim(1);
  ASSERT_TRUE(pass(due[0]));
  ASSERT_TRUE(nouns().stop(id));
  EXPECT_EQ(code_of(nouns().delete_campaign(id)), "campaign_not_deletable");
  apply(Record{crew_, due[0].id, due[0].attempt, delivered()});
  ASSERT_TRUE(nouns().delete_campaign(id));
  EXPECT_EQ(code_of(nouns().campaign(id)), "campaign_not_found");
  EXPECT_TRUE(emails(id).empty());
  EXPECT_EQ(code_of(nouns().delete_campaign(id)), "campaign_not_found");
  EXPECT_GT(add_draft().value, id.value);
}

TEST_F(Life, IsChangedOnlyBeforeItBegins) {
  const auto id = add_draft();
  auto changed = campaign(id);
  changed.subject = "Better";
  changed.window = Window{.start_hour = 9, .end_hour = 17, .weekdays_only = true, .zone = "Europe/Paris"};
  changed.pace = {seconds{30}, seconds{90}};
  changed.mailboxes = {add_mailbox("second"), add_mailbox()};
  ASSERT_TRUE(nouns().update_campaign(changed));
  const auto found = campaign(id);
  EXPECT_EQ(found.subject, "Better");
  EXPECT_EQ(found.window, changed.window);
  EXPECT_EQ(found.pace, changed.pace);
  EXPECT_EQ(found.mailboxes, changed.mailboxes);
  EXPECT_EQ(found.columns.size(), 2u);
  EXPECT_EQ(found.source, "list.csv");
  changed.mailboxes = {MailboxId{99}};
  EXPECT_EQ(code_of(nouns().update_campaign(changed)), "mailbox_not_found");
  ASSERT_TRUE(nouns().start(id, std::nullopt, {}));
  EXPECT_EQ(code_of(nouns().update_campaign(found)), "campaign_not_editable");
}

}  // namespace
}  // namespace postrider
