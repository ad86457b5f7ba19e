// The promises of task_store.h about an attempt: claimed, let through, recorded, cut short. PostgreSQL
// will run the same cases.

#include "campaign/quota_clock.h"
#include "store/task_store_fixture.h"

namespace postrider {
namespace {

TEST_F(TaskStoreTest, AStartedCampaignIsPlannedClaimedAndSent) {
  const auto id = start(draft({add_mailbox()}), 3);
  const auto due = claim();
  ASSERT_EQ(due.size(), 3u);
  const auto payload = decode_payload(due[0].payload);
  EXPECT_EQ(payload.ordinal, 1);
  EXPECT_EQ(payload.name, "Person 1");
  EXPECT_EQ(payload.values.at(2), "Rome");
  for (const auto& task : due) send(task);
  EXPECT_EQ(status(id), CampaignStatus::completed);
  EXPECT_EQ(counts(id).sent, 3);
  EXPECT_EQ(email(id, 1).server_text, "queued as A1");
  EXPECT_TRUE(nouns().tasks(nouns().find_queue("email-campaign-queue")->id, {}, 10).empty());
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, NothingIsClaimedTwice) {
  start(draft({add_mailbox()}), 3);
  EXPECT_EQ(claim().size(), 3u);
  EXPECT_TRUE(claim().empty());
}

// SMTP-WINDOW-12
TEST_F(TaskStoreTest, ALateWordChangesNothing) {
  const auto id = start(draft({add_mailbox()}), 1);
  const auto first = claim().at(0);
  release(first, {.kind = GateAnswer::Kind::cancelled});
  const auto second = claim().at(0);
  EXPECT_EQ(second.attempt, first.attempt + 1);
  EXPECT_EQ(pass(first).kind, GateAnswer::Kind::lease_lost);
  EXPECT_EQ(record(first, refused()), Ack::stale);
  send(second);
  EXPECT_EQ(record(second, refused()), Ack::stale);
  EXPECT_EQ(counts(id).sent, 1);
}

TEST_F(TaskStoreTest, AskingForTheGateAgainAfterALostAnswerIsHarmless) {
  start(draft({add_mailbox("box", 5, 10)}), 2);
  const auto due = claim();
  EXPECT_EQ(pass(due[0]).kind, GateAnswer::Kind::open);
  EXPECT_EQ(pass(due[0]).kind, GateAnswer::Kind::open);
  EXPECT_EQ(nouns().sent_last_24h(due[0].mailbox, clock_.wall_now()), 1);
}

// SMTP-WINDOW-01, SMTP-WINDOW-02, SMTP-WINDOW-03, SMTP-WINDOW-04
TEST_F(TaskStoreTest, ACrashBeforeTheGateCostsNothingAndOneBehindItIsUncertain) {
  const auto id = start(draft({add_mailbox()}), 3);
  const auto due = claim();
  send(due[0]);
  ASSERT_EQ(pass(due[1]).kind, GateAnswer::Kind::open);
  restart();
  EXPECT_EQ(counts(id), (Counts{.sent = 1, .uncertain = 1, .pending = 1}));
  const auto again = claim();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].id, due[2].id);
  EXPECT_EQ(again[0].tries, 0);
  send(again[0]);
  EXPECT_EQ(status(id), CampaignStatus::completed);
  expect_tally_equals_recount(id);
}

// SMTP-WINDOW-08, SMTP-WINDOW-09, SMTP-WINDOW-10
TEST_F(TaskStoreTest, UncertainFollowsTheCampaignsPolicy) {
  auto settings = draft({add_mailbox()});
  settings.on_uncertain = OnUncertain::assume_sent;
  const auto assumed = start(settings, 1);
  send(claim().at(0), unknown());
  EXPECT_EQ(counts(assumed).sent, 1);

  settings.on_uncertain = OnUncertain::resend;
  const auto resent = start(settings, 1);
  send(claim().at(0), unknown());
  EXPECT_EQ(counts(resent).pending, 1);
  send(claim().at(0), unknown());
  EXPECT_EQ(counts(resent).uncertain, 1) << "at most one automatic resend";
}

// SMTP-RETRY-01, SMTP-RCPT-01, SMTP-S-04
TEST_F(TaskStoreTest, DeferredIsTriedAtFiveAndSixtyFiveMinutesAndThenFails) {
  const auto id = start(draft({add_mailbox()}), 1);
  const auto began = clock_.wall_now();
  std::vector<Micros> tried;
  for (int hour = 0; hour < 200; ++hour) {
    for (const auto& task : claim()) {
      tried.push_back(clock_.wall_now() - began);
      record(task, deferred());
    }
    clock_.advance(minutes{1});
  }
  ASSERT_EQ(tried.size(), 3u);
  EXPECT_GE(tried[1], minutes{5});
  EXPECT_LE(tried[1], minutes{7});
  EXPECT_GE(tried[2] - tried[1], minutes{60});
  EXPECT_LE(tried[2] - tried[1], minutes{68});
  EXPECT_EQ(email(id, 1).status, EmailStatus::failed);
  EXPECT_EQ(email(id, 1).tries, 3);
  EXPECT_EQ(status(id), CampaignStatus::failed);
  EXPECT_EQ(nouns().attempts(email(id, 1).id).size(), 3u);
}

// SMTP-SCOPE-01, SMTP-SESSION-07, SMTP-CONNECT-01
TEST_F(TaskStoreTest, AMailboxFaultPausesTheMailboxAndCostsNoTry) {
  const auto box = add_mailbox();
  const auto id = start(draft({box}), 5);
  const auto due = claim();
  for (const auto& task : due) record(task, server_down());
  EXPECT_EQ(nouns().mailbox(box)->status, MailboxStatus::paused);
  EXPECT_EQ(nouns().mailbox(box)->faults_in_a_row, 1) << "five sessions that break together are one fault";
  EXPECT_TRUE(claim().empty());
  clock_.advance(minutes{2});
  const auto probe = claim();
  ASSERT_EQ(probe.size(), 1u) << "a probe is one email";
  EXPECT_EQ(probe[0].tries, 0);
  send(probe[0]);
  EXPECT_EQ(nouns().mailbox(box)->status, MailboxStatus::active);
  EXPECT_EQ(claim().size(), 4u);
  EXPECT_EQ(counts(id).failed, 0);
}

// SMTP-MAIL-02
TEST_F(TaskStoreTest, AUsedUpQuotaWaitsForTheProvidersNextDay) {
  AttemptOutcome used_up = server_down();
  used_up.mailbox_fault = AttemptOutcome::MailboxFault::pause_day;
  used_up.stage = "mail";
  for (const char* clock : {"00:00 America/Los_Angeles", ""}) {
    Mailbox mailbox{.name = clock[0] ? "by-clock" : "rolling",
                    .from = "me@example.com",
                    .host = "127.0.0.1",
                    .tls = Tls::none};
    mailbox.quota_clock = clock;
    const auto box = *nouns().add_mailbox(mailbox);
    const auto id = start(draft({box}), 2);
    record(claim(1).at(0), used_up);
    const auto rests = nouns().mailbox(box);
    ASSERT_EQ(rests->status, MailboxStatus::paused);
    const WallTime expected =
        clock[0] ? *next_quota_day(clock, clock_.wall_now()) + minutes{1} : clock_.wall_now() + hours{6};
    EXPECT_EQ(rests->paused_until, expected);
    EXPECT_EQ(email(id, 1).tries, 0);
    ASSERT_TRUE(nouns().stop(id));
  }
}

// SMTP-AUTH-01, SMTP-S-07
TEST_F(TaskStoreTest, AStoppedMailboxWaitsForAPerson) {
  const auto box = add_mailbox();
  start(draft({box}), 2);
  record(claim(1).at(0), wrong_password());
  clock_.advance(days{3});
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().resume_mailbox(box));
  EXPECT_EQ(claim().size(), 2u);
}

TEST_F(TaskStoreTest, AfterStopNoGateOpens) {
  const auto id = start(draft({add_mailbox()}), 15);
  const auto due = claim();
  ASSERT_EQ(due.size(), 10u) << "two for each of the mailbox's five sessions";
  ASSERT_EQ(pass(due[0]).kind, GateAnswer::Kind::open);
  const auto answer = nouns().stop(id);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->in_flight, 1);
  const auto shut = pass(due[1]);
  EXPECT_EQ(shut.kind, GateAnswer::Kind::cancelled);
  release(due[1], shut);
  record(due[2], deferred());
  for (std::size_t i = 3; i < due.size(); ++i) release(due[i], shut);
  record(due[0], delivered());
  EXPECT_EQ(counts(id), (Counts{.sent = 1, .skipped = 14}));
  EXPECT_EQ(status(id), CampaignStatus::cancelled);
  EXPECT_EQ(email(id, 10).reason, "Campaign was cancelled");
  EXPECT_TRUE(claim().empty());
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, ASuppressionBetweenClaimAndGateIsHonoured) {
  const auto id = start(draft({add_mailbox()}), 2);
  const auto due = claim();
  const auto address = decode_payload(due[0].payload).address;
  ASSERT_TRUE(nouns().suppress({.key = address, .reason = "unsubscribed", .created = clock_.wall_now()}));
  const auto shut = pass(due[0]);
  EXPECT_EQ(shut.kind, GateAnswer::Kind::suppressed);
  release(due[0], shut);
  EXPECT_EQ(counts(id).skipped, 1);
  ASSERT_TRUE(nouns().suppress({.key = "@example.org", .reason = "asked us", .created = clock_.wall_now()}));
  EXPECT_EQ(pass(due[1]).kind, GateAnswer::Kind::suppressed);
}

// SMTP-RCPT-04
TEST_F(TaskStoreTest, AnAddressThatIsFullInThreeCampaignsIsSuppressed) {
  AttemptOutcome full = refused();
  full.enhanced = "5.2.2";
  full.text = "mailbox full";
  full.soft = true;
  const auto box = add_mailbox();
  const auto send_to_anna = [&] {
    auto id = nouns().create_campaign(draft({box}));
    std::stringstream csv("email\nanna@example.org\n");
    auto source = make_csv_source(csv, "list.csv");
    EXPECT_TRUE(nouns().import(*id, *source, {.email = 0}, 0, [](const Reject&) {}));
    EXPECT_TRUE(nouns().start(*id, std::nullopt, {}));
    const auto due = claim();
    if (!due.empty()) send(due.at(0), full);
    return *id;
  };
  const auto first = send_to_anna();
  (void)send_to_anna();
  EXPECT_FALSE(nouns().find_suppression({"anna", "example.org"}).has_value());
  // A campaign that is gone does not count.
  ASSERT_TRUE(nouns().delete_campaign(first));
  (void)send_to_anna();
  EXPECT_FALSE(nouns().find_suppression({"anna", "example.org"}).has_value());
  const auto last = send_to_anna();
  EXPECT_EQ(email(last, 1).status, EmailStatus::failed);
  EXPECT_TRUE(nouns().find_suppression({"anna", "example.org"}).has_value());
}

// SMTP-RCPT-05
TEST_F(TaskStoreTest, ABouncedAddressIsSuppressed) {
  const auto id = start(draft({add_mailbox()}), 1);
  const auto task = claim().at(0);
  record(task, bounced());
  EXPECT_EQ(counts(id).bounced, 1);
  const auto address = parse_address(decode_payload(task.payload).address);
  EXPECT_TRUE(nouns().find_suppression(*address));
}

}  // namespace
}  // namespace postrider
