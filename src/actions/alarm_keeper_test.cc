#include "actions/alarm_keeper.h"

#include <gmock/gmock.h>

#include "actions/alarm_test.h"
#include "actions/delete_campaign.h"
#include "actions/mailboxes.h"
#include "actions/pause_campaign.h"
#include "actions/stop_campaign.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::Pair;

TEST_F(AlarmTest, EveryEmailIsSentByItsOwnAlarm) {
  const auto id = start(30, every(5min));
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 30);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
  EXPECT_EQ(queue_.sets[kEmailAlarmPath], 30);
  EXPECT_TRUE(refusals_.empty());
  EXPECT_TRUE(queue_.waiting.empty());  // nothing rings for a campaign that is over
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::completed);
}

TEST_F(AlarmTest, WhatTheQueueDidNotTakeIsSetByTheNextRequestThoughNothingChanged) {
  queue_.down = true;
  const auto created = create("email,Company\np1@example.com,Acme\n", letter());
  ASSERT_TRUE(start_campaign(context_, created->id, {}));
  EXPECT_FALSE(keeper_->after_request());
  EXPECT_FALSE(keeper_->after_request());
  queue_.down = false;
  EXPECT_TRUE(keeper_->after_request());
  ring_all(1h);
  EXPECT_EQ(counts(created->id).sent, 1);
}

TEST_F(AlarmTest, AlarmsThatRingTogetherTakeNoMorePlacesThanThereAre) {
  // Two campaigns of one mailbox, whose alarms ring in turns, all in one transaction.
  const auto first = start(20), second = start(20);
  for (int i = 0; i < 10; ++i) tick();
  std::vector<Entry> rings;
  for (const auto& alarm : email_alarms()) {
    rings.emplace_back(
        ClaimOne{.crew = crew_, .task = TaskId{task_in(alarm)}, .alarm = *keeper_->number_in(alarm.name)});
  }
  ASSERT_EQ(rings.size(), 40);
  std::ranges::rotate(rings, rings.begin() + 10);
  std::map<CampaignId, int> claimed;
  int busy = 0;
  for (const auto& result : store_->tasks().apply(rings)) {
    const auto& one = std::get<OneClaimed>(result);
    if (one.task) ++claimed[one.task->campaign];
    busy += one.kind == OneClaimed::Kind::busy ? 1 : 0;
  }
  const auto places = 2 * store().mailboxes().front().sessions;
  EXPECT_EQ(claimed[first] + claimed[second], places);
  EXPECT_EQ(busy, 40 - places);
}

TEST_F(AlarmTest, WithoutAPaceTheyWaitForPlacesOfTheMailbox) {
  const auto id = start(500);
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 500);
  EXPECT_TRUE(refusals_.empty());
}

// The deployment guide's queue repeats an alarm three times within an hour at least: no email may need that.
TEST_F(AlarmTest, NoEmailDependsOnTheQueuesAttempts) {
  int tries = 0;
  say_ = [&](const std::string& address) {
    auto outcome = accepted(address);
    if (address != "p3@example.com" || ++tries > 2) return outcome;
    outcome.disposition = Disposition::deferred;
    outcome.blame = Blame::recipient;
    outcome.code = 451;
    return outcome;
  };
  const auto id = start(5, every(1min));
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 5);
  EXPECT_EQ(dots_["p3@example.com"], 3);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(AlarmTest, AMailboxThatIsPausedForMoreThanADayLosesNothing) {
  bool closed = true;
  say_ = [&](const std::string& address) {
    if (!closed) return accepted(address);
    return AttemptOutcome{.disposition = Disposition::deferred,
                          .blame = Blame::mailbox,
                          .mailbox_fault = AttemptOutcome::MailboxFault::pause_day,
                          .stage = "mail",
                          .code = 452,
                          .reason = "the day's quota is used up"};
  };
  const auto id = start(300, every(2s));
  ring_all(26h);
  EXPECT_EQ(counts(id).sent, 0);
  const int rings_while_paused = rings_;
  closed = false;
  ring_all(48h);
  EXPECT_EQ(counts(id).sent, 300);
  EXPECT_TRUE(refusals_.empty());
  EXPECT_LT(rings_while_paused, 300 * 12);
}

TEST_F(AlarmTest, AWindowThatIsShutOverTheWeekendLosesNothing) {
  auto change = every(2min);
  change.window = Window{9, 17, true, "Europe/Berlin"};
  clock_.set_wall(WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27} + 15h});  // a Friday
  const auto id = start(100, change);
  ring_all(24h * 2);
  EXPECT_GT(counts(id).sent, 10);
  EXPECT_LT(counts(id).sent, 100);
  ring_all(24h * 3);
  EXPECT_EQ(counts(id).sent, 100);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(AlarmTest, EarlyLateTwiceAndForNothing) {
  const auto id = start(3, every(1h));
  ring_next(clock_.wall_now());  // the tick that plans
  const auto alarms = email_alarms();
  ASSERT_EQ(alarms.size(), 3u);
  const auto names = queue_.names.size();
  // Early: it comes again at its time, under another name.
  EXPECT_EQ(answer(alarms[2]), 200);
  EXPECT_TRUE(dots_.empty() || !dots_.contains("p3@example.com"));
  EXPECT_EQ(queue_.names.size(), names + 1);
  // Twice early: the second changes nothing.
  EXPECT_EQ(answer(alarms[2]), 200);
  EXPECT_EQ(queue_.names.size(), names + 1);
  // Late, and again after it is over.
  clock_.advance(90min);
  EXPECT_EQ(answer(alarms[1]), 200);
  EXPECT_EQ(answer(alarms[1]), 200);
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 3);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
  EXPECT_EQ(ring(TaskId{99'999}, 12), 200);
}

TEST_F(AlarmTest, TwoAttemptsAtATimeAreNone) {
  start(1);
  ring_next(clock_.wall_now());
  const auto alarm = email_alarms().at(0);
  const auto one = apply<OneClaimed>(
      ClaimOne{.crew = crew_, .task = TaskId{task_in(alarm)}, .alarm = *keeper_->number_in(alarm.name)});
  ASSERT_EQ(one.kind, OneClaimed::Kind::claimed);
  EXPECT_EQ(answer(alarm), 429);
  attempt(*one.task);
  EXPECT_EQ(answer(alarm), 200);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
}

TEST_F(AlarmTest, AfterAStopNothingIsSentAndTheQueueIsEmptiedOfIt) {
  const auto id = start(40, every(24h));
  ring_next(clock_.wall_now());
  EXPECT_GE(queue_.waiting.size(), 20u);
  ASSERT_TRUE(stop_campaign(context_, id));
  const auto other = start(1, every(24h));
  ring_all(48h);
  EXPECT_EQ(counts(id).skipped + counts(id).sent, 40);
  EXPECT_LE(counts(id).sent, 1);
  EXPECT_GE(removed_, 20);
  EXPECT_TRUE(queue_.waiting.empty());
  EXPECT_EQ(counts(other).sent, 1);
}

// One that stayed would ring for nothing hours later, and wake who could have slept.
TEST_F(AlarmTest, ATickThatAnotherOneTookThePlaceOfLeavesTheQueue) {
  start(3, every(24h));
  ring_all(1min);
  EXPECT_EQ(tick_alarms(), 1);  // looks after those hours later
  start(2, every(24h));
  EXPECT_EQ(tick_alarms(), 2);
  ring_all(1min);
  EXPECT_EQ(tick_alarms(), 1);
  clock_.advance(5min);
  EXPECT_TRUE(keeper_->after_request());  // looks for a purge, that may have taken the tick
  ring_all(1min);
  EXPECT_EQ(tick_alarms(), 1);
}

TEST_F(AlarmTest, APausedCampaignSleepsAndIsWokenByItsResume) {
  const auto id = start(5, every(1h));
  ring_next(clock_.wall_now());
  ASSERT_TRUE(pause_campaign(context_, id));
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 0);
  EXPECT_TRUE(queue_.waiting.empty());
  ASSERT_TRUE(resume_campaign(context_, id));
  EXPECT_TRUE(keeper_->after_request());
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 5);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(AlarmTest, ACampaignOfAYearNeverReachesBeyondTheHorizon) {
  keeper_ = std::make_unique<AlarmKeeper>(store_->alarms(), queue_, clock_, log_, "test",
                                          AlarmRules{.heartbeat = 24h * 100});
  const auto id = start(365, every(24h));
  ring_all(24h * 370);  // SimulatedQueue checks every alarm's time
  EXPECT_EQ(counts(id).sent, 365);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(AlarmTest, AStartInTheFarFutureIsWaitedFor) {
  const auto id = start(3, every(1min), clock_.wall_now() + 24h * 40);
  ring_all(24h * 39);
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::scheduled);
  ring_all(24h * 2);
  EXPECT_EQ(counts(id).sent, 3);
}

TEST_F(AlarmTest, ALostAnswerSetsNoSecondAlarm) {
  queue_.lose_answers = 1;
  std::string csv = "email,Company\n";
  for (int i = 0; i < 20; ++i) csv += "p" + std::to_string(i) + "@example.com,Acme\n";
  const auto created = create(csv, every(1min));
  ASSERT_TRUE(start_campaign(context_, created->id, {})->started());
  EXPECT_FALSE(keeper_->after_request());  // its caller hears that, and any request sets it right
  EXPECT_TRUE(keeper_->after_request());
  queue_.lose_answers = 10;
  ring_all(24h);
  EXPECT_EQ(counts(created->id).sent, 20);
  EXPECT_EQ(queue_.sets[kEmailAlarmPath], 20);
}

TEST_F(AlarmTest, AQueueThatIsDownDelaysAndLosesNothing) {
  int tries = 0;
  say_ = [&](const std::string& address) {
    auto outcome = accepted(address);
    if (++tries > 1) return outcome;
    outcome.disposition = Disposition::deferred;
    outcome.blame = Blame::recipient;
    queue_.down = true;  // so the second try's alarm cannot be set
    return outcome;
  };
  const auto id = start(1);
  for (int i = 0; i < 2; ++i) ring_next(clock_.wall_now() + 1h);
  EXPECT_EQ(refusals_.size(), 1u);  // 503: whoever rang rings again
  queue_.down = false;
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 1);
}

TEST_F(AlarmTest, APurgeByHandPausesTheCampaignsWithTheNextRequest) {
  const auto id = start(50, every(1h));
  ring_next(clock_.wall_now());
  clock_.advance(5min);
  queue_.purge();
  clock_.advance(6min);
  EXPECT_TRUE(keeper_->after_request());  // a person looks at the page, say
  ring_all(1min);
  const auto campaign = *store().campaign(id);
  EXPECT_EQ(campaign.status, CampaignStatus::paused);
  EXPECT_THAT(campaign.why, testing::HasSubstr("queue purged 2026-11-23 09:05 UTC"));
  ASSERT_TRUE(resume_campaign(context_, id));
  EXPECT_TRUE(keeper_->after_request());
  ring_all(24h * 6);  // the new plan begins behind the old one
  EXPECT_EQ(counts(id).sent, 50);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
}

TEST_F(AlarmTest, AlarmsThatWereLostAreFoundMissing) {
  const auto id = start(10, every(1h));
  ring_next(clock_.wall_now());
  int dropped = 0;
  std::erase_if(queue_.waiting, [&](const auto& alarm) {
    return alarm.second.alarm.path == kEmailAlarmPath && ++dropped % 2 == 0;
  });
  ring_all(24h * 3);
  EXPECT_EQ(counts(id).sent, 10);
  EXPECT_EQ(renewed_, dropped / 2);
}

TEST_F(AlarmTest, APausedQueueIsNotTakenForALostOne) {
  const auto id = start(10, every(1h));
  ring_next(clock_.wall_now());
  const auto names = queue_.names.size();
  clock_.advance(24h);  // paused by hand: it holds everything
  EXPECT_TRUE(keeper_->after_request());
  EXPECT_EQ(tick(), 200);
  EXPECT_EQ(renewed_, 0);
  EXPECT_LE(queue_.names.size(), names + 2);  // ticks
  ring_all(24h * 3);
  EXPECT_EQ(counts(id).sent, 10);
}

TEST_F(AlarmTest, WhatTheQueueKeptForTooLongIsSetAnew) {
  const auto id = start(10, every(1h));
  ring_next(clock_.wall_now());
  clock_.advance(32 * 24h);  // paused by hand for so long
  queue_.forget_old();
  EXPECT_TRUE(queue_.waiting.empty());
  EXPECT_TRUE(keeper_->after_request());  // anybody's
  ring_all(24h * 3);
  EXPECT_EQ(counts(id).sent, 10);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
}

TEST_F(AlarmTest, NamesOfOthersAreLeftAlone) {
  EXPECT_FALSE(keeper_->number_in("some-task"));
  EXPECT_FALSE(keeper_->number_in("0123456789abcdef-1-2"));
  const auto ours = keeper_->alarm_of({.task = TaskId{7}, .number = 12, .at = {}});
  EXPECT_EQ(keeper_->number_in(ours.name), 12);
  const AlarmKeeper other(store_->alarms(), queue_, clock_, log_, "another installation");
  EXPECT_FALSE(other.number_in(ours.name));
}

TEST_F(AlarmTest, WhatADeadProcessHeldIsTakenOver) {
  const auto id = start(2);
  ring_next(clock_.wall_now());
  const auto alarm = email_alarms().at(0);
  const auto one = apply<OneClaimed>(
      ClaimOne{.crew = crew_, .task = TaskId{task_in(alarm)}, .alarm = *keeper_->number_in(alarm.name)});
  ASSERT_TRUE(one.task);
  wake_up();  // it died before the gate, and its ring was never answered
  ring_all(24h);
  EXPECT_EQ(counts(id).sent, 2);
  EXPECT_THAT(dots_, Each(Pair(testing::_, 1)));
}

}  // namespace
}  // namespace postrider
