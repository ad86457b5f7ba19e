// The promises of task_store.h about what holds tasks back and brings them: window, pace, cap, queue,
// purge, brake, plan. PostgreSQL will run the same cases.

#include "store/task_store_fixture.h"

namespace postrider {
namespace {

TEST_F(TaskStoreTest, NothingPassesOutsideTheWindow) {
  auto settings = draft({add_mailbox()});
  settings.window = Window{.start_hour = 9, .end_hour = 10, .weekdays_only = false, .zone = "UTC"};
  const auto id = start(settings, 2);  // the test clock starts on a Monday, 9:00 UTC
  const auto due = claim(1);
  ASSERT_EQ(due.size(), 1u);
  clock_.advance(hours{2});
  const auto shut = pass(due[0]);
  EXPECT_EQ(shut.kind, GateAnswer::Kind::not_before);
  EXPECT_EQ(shut.due, clock_.wall_now() + hours{22});
  release(due[0], shut);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(last_.wake, clock_.wall_now() + hours{22});
  clock_.advance(hours{22});
  EXPECT_EQ(send_all_due(), 2);
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

TEST_F(TaskStoreTest, ThePaceBelongsToTheMailboxWhateverTheCampaign) {
  const auto box = add_mailbox();
  auto settings = draft({box});
  settings.pace = {minutes{4}, minutes{7}};
  start(settings, 20);
  start(settings, 20);
  WallTime last{};
  int sent = 0;
  for (int second = 0; second < 6 * 3600; ++second) {
    if (const int now = send_all_due(); now > 0) {
      ASSERT_EQ(now, 1);
      if (sent > 0) ASSERT_GE(clock_.wall_now() - last, minutes{4});
      last = clock_.wall_now();
      ++sent;
    }
    clock_.advance(seconds{1});
  }
  EXPECT_EQ(sent, 40);
}

TEST_F(TaskStoreTest, TheCapHoldsInAnyTwentyFourHours) {
  const auto id = start(draft({add_mailbox("box", 5, 3)}), 7);
  EXPECT_EQ(send_all_due(), 3);
  clock_.advance(hours{23});
  EXPECT_EQ(send_all_due(), 0);
  clock_.advance(hours{2});
  EXPECT_EQ(send_all_due(), 3);
  clock_.advance(hours{25});
  EXPECT_EQ(send_all_due(), 1);
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

// SMTP-CONNECT-01
TEST_F(TaskStoreTest, LanesShareFairlyAndASlowMailboxHoldsUpNoOther) {
  const auto fast = add_mailbox("fast", 50);
  const auto slow = add_mailbox("slow", 1);
  const auto a = start(draft({fast}), 100);
  const auto b = start(draft({slow}), 100);
  claim(0);
  std::map<std::int64_t, int> got;
  for (const auto& task : claim(40)) ++got[task.campaign.value];
  EXPECT_EQ(got[b.value], 2) << "its mailbox has one session, for one email and the next one's envelope";
  EXPECT_GE(got[a.value], 30);
}

TEST_F(TaskStoreTest, TheQueueLimitsRateAndConcurrencyAndPauses) {
  auto queue = nouns().find_queue("email-campaign-queue")->settings;
  queue.max_concurrent_dispatches = 4;
  ASSERT_TRUE(nouns().update_queue(queue));
  const auto id = start(draft({add_mailbox("box", 50)}), 30);
  auto due = claim();
  EXPECT_EQ(due.size(), 4u);
  for (const auto& task : due) send(task);

  queue.max_concurrent_dispatches = 100;
  queue.max_dispatches_per_second = 2;
  ASSERT_TRUE(nouns().update_queue(queue));
  clock_.advance(seconds{10});
  EXPECT_EQ(send_all_due(), 2) << "the burst is one second's worth";
  ASSERT_TRUE(last_.wake.has_value());
  EXPECT_LE(*last_.wake, clock_.wall_now() + seconds{1});

  const auto queue_id = nouns().find_queue("email-campaign-queue")->id;
  ASSERT_TRUE(nouns().pause_queue(queue_id));
  clock_.advance(seconds{10});
  EXPECT_EQ(send_all_due(), 0);
  ASSERT_TRUE(nouns().resume_queue(queue_id));
  EXPECT_EQ(send_all_due(), 2);
  EXPECT_EQ(counts(id).sent, 8);
}

TEST_F(TaskStoreTest, APurgePausesAndResumeMakesTasksForExactlyThoseWithout) {
  const auto id = start(draft({add_mailbox()}), 50);
  for (const auto& task : claim()) send(task);
  const auto queue = nouns().find_queue("email-campaign-queue")->id;
  const auto purged = nouns().purge_queue(queue, "14:02");
  ASSERT_TRUE(purged);
  EXPECT_EQ(*purged, 40);
  EXPECT_EQ(status(id), CampaignStatus::paused);
  EXPECT_NE(nouns().campaign(id)->why.find("queue purged 14:02, 40 emails without a task"), std::string::npos)
      << nouns().campaign(id)->why;
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(send_all_due(), 40);
  EXPECT_EQ(status(id), CampaignStatus::completed);
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, WhatAWorkerHadInHandWhenItsQueueWasPurgedComesBackWithoutATask) {
  const auto id = start(draft({add_mailbox()}), 30);
  const auto due = claim();
  ASSERT_EQ(due.size(), 10u);
  ASSERT_EQ(pass(due[0]).kind, GateAnswer::Kind::open);
  const auto queue = nouns().find_queue("email-campaign-queue")->id;
  EXPECT_EQ(*nouns().purge_queue(queue, "14:02"), 20);
  // All but the one past its gate: that one ends in its true state.
  EXPECT_NE(nouns().campaign(id)->why.find("29 emails without a task"), std::string::npos)
      << nouns().campaign(id)->why;
  record(due[0], delivered());
  for (std::size_t i = 1; i < due.size(); ++i) release(due[i], pass(due[i]));
  EXPECT_TRUE(nouns().tasks(queue, {}, 100).empty());
  EXPECT_EQ(counts(id).pending, 29);
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(send_all_due(), 29);
  EXPECT_EQ(status(id), CampaignStatus::completed);
  expect_tally_equals_recount(id);
}

// SMTP-RCPT-07
TEST_F(TaskStoreTest, TheBrakePausesACampaignThatIsRefused) {
  auto settings = draft({add_mailbox("box", 50)});
  settings.brake_refusals = 10;
  settings.brake_percent = 5;
  const auto id = start(settings, 100);
  int refusals = 0;
  for (auto due = claim(1); !due.empty(); due = claim(1)) {
    record(due[0], refused());
    ++refusals;
  }
  EXPECT_EQ(refusals, 10);
  EXPECT_EQ(status(id), CampaignStatus::paused);
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(send_all_due(), 90);
}

TEST_F(TaskStoreTest, ABigCampaignIsPlannedInPiecesAndItsTasksStayFew) {
  const auto id = start(draft({add_mailbox("box", 50)}), 12'000);
  const auto queue = nouns().find_queue("email-campaign-queue")->id;
  int sent = 0;
  for (auto due = claim(); !due.empty(); due = claim()) {
    for (const auto& task : due) record(task, delivered());
    sent += static_cast<int>(due.size());
    if (sent % 1000 == 0) ASSERT_LE(nouns().find_queue("email-campaign-queue")->tasks, 4'000);
  }
  (void)queue;
  EXPECT_EQ(sent, 12'000);
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

TEST_F(TaskStoreTest, RowsWithAnEmptyRequiredFieldAreSkippedWithTheReason) {
  const auto id = start(draft({add_mailbox()}), 20, std::nullopt, {2});
  EXPECT_EQ(send_all_due(), 18);
  EXPECT_EQ(counts(id), (Counts{.sent = 18, .skipped = 2}));
  EXPECT_EQ(email(id, 10).status, EmailStatus::skipped);
  EXPECT_FALSE(email(id, 10).reason.empty());
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

TEST_F(TaskStoreTest, AScheduledCampaignBeginsAtItsTime) {
  const auto id = start(draft({add_mailbox()}), 2, clock_.wall_now() + hours{3});
  EXPECT_EQ(status(id), CampaignStatus::scheduled);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(last_.wake, clock_.wall_now() + hours{3});
  clock_.advance(hours{3});
  EXPECT_EQ(send_all_due(), 2);
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

TEST_F(TaskStoreTest, FailedEmailsGoOutAgainOnRetryAndOnlyThose) {
  const auto id = start(draft({add_mailbox("box", 50)}), 6);
  const auto due = claim();
  for (const auto& task : due) record(task, task.id == due[2].id ? refused() : delivered());
  EXPECT_EQ(status(id), CampaignStatus::completed);
  const auto again = nouns().retry(id);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, 1);
  const auto retried = claim();
  ASSERT_EQ(retried.size(), 1u);
  EXPECT_EQ(retried[0].id, due[2].id);
  EXPECT_GT(retried[0].attempt, due[2].attempt) << "attempts are never counted anew";
  send(retried[0]);
  EXPECT_EQ(counts(id).sent, 6);
  EXPECT_EQ(status(id), CampaignStatus::completed);
}

TEST_F(TaskStoreTest, APausedCampaignGivesNothingAndLosesNothing) {
  const auto id = start(draft({add_mailbox()}), 10);
  const auto due = claim();
  ASSERT_TRUE(nouns().pause(id, "paused by hand"));
  const auto shut = pass(due[0]);
  EXPECT_EQ(shut.kind, GateAnswer::Kind::cancelled);
  for (const auto& task : due) release(task, shut);
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(send_all_due(), 10);
}

TEST_F(TaskStoreTest, ABatchServesItsClaimsLastSoARecordMakesRoomForTheNextEmail) {
  start(draft({add_mailbox("box", 1)}), 3);
  const auto first = claim().at(0);
  ASSERT_EQ(pass(first).kind, GateAnswer::Kind::open);
  const std::vector<Entry> batch{Claim{crew_, 10}, Record{crew_, first.id, first.attempt, delivered()}};
  const auto results = tasks().apply(batch);
  EXPECT_EQ(std::get<Claimed>(results[0]).tasks.size(), 1u);
}

TEST_F(TaskStoreTest, IdsAreNeverUsedAgain) {
  const auto box = add_mailbox();
  const auto first = start(draft({box}), 3);
  EXPECT_EQ(send_all_due(), 3);
  const auto last_email = email(first, 3).id;
  ASSERT_TRUE(nouns().delete_campaign(first));
  restart();
  const auto second = start(draft({box}), 3);
  EXPECT_GT(second, first);
  EXPECT_EQ(send_all_due(), 3);
  EXPECT_GT(email(second, 1).id, last_email);
}

}  // namespace
}  // namespace postrider
