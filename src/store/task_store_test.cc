// The promises of task_store.h, proven against a real SQLite file on a clock that only moves when
// told. PostgreSQL will run the same cases.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "store/task_store.h"
#include "store/values.h"

namespace postrider {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

AttemptOutcome delivered() {
  return {.disposition = Disposition::delivered,
          .stage = "dot",
          .code = 250,
          .enhanced = "2.0.0",
          .text = "queued as A1"};
}
AttemptOutcome deferred() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::recipient,
          .stage = "rcpt",
          .code = 450,
          .enhanced = "4.2.1",
          .text = "try later",
          .reason = "the server asks to try later"};
}
AttemptOutcome refused() {
  return {.disposition = Disposition::refused,
          .blame = Blame::recipient,
          .stage = "rcpt",
          .code = 554,
          .enhanced = "5.7.1",
          .text = "go away",
          .reason = "refused"};
}
AttemptOutcome bounced() {
  auto outcome = refused();
  outcome.suppress = true;
  outcome.enhanced = "5.1.1";
  return outcome;
}
AttemptOutcome unknown() {
  return {.disposition = Disposition::unknown, .stage = "dot", .reason = "the line broke"};
}
AttemptOutcome wrong_password() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::mailbox,
          .mailbox_fault = AttemptOutcome::MailboxFault::stop,
          .stage = "auth",
          .code = 535,
          .reason = "wrong password"};
}
AttemptOutcome server_down() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::mailbox,
          .mailbox_fault = AttemptOutcome::MailboxFault::pause,
          .stage = "connect",
          .reason = "connection refused"};
}

class TaskStoreTest : public testing::Test {
 protected:
  TaskStoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open();
  }
  ~TaskStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// As after kill -9: the file is all there is.
  void restart() {
    store_.reset();
    open();
  }
  void open() {
    auto opened = SqliteStore::open((directory_ / "test.db").string(), clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    crew_ = tasks().join();
  }

  TaskStore& tasks() { return store_->tasks(); }
  CampaignStore& nouns() { return store_->campaigns(); }

  MailboxId add_mailbox(const std::string& name = "box", int sessions = 5, int cap = 0) {
    Mailbox mailbox{
        .name = name, .from = "me@example.com", .host = "127.0.0.1", .port = 25, .tls = Tls::none};
    mailbox.cap_24h = cap;
    mailbox.sessions = sessions;
    auto id = nouns().add_mailbox(mailbox);
    if (!id) throw std::runtime_error(id.error().message);
    return *id;
  }

  Campaign draft(std::vector<MailboxId> mailboxes) {
    Campaign campaign{.name = "test", .subject = "Hello", .message = "Hi", .mailboxes = std::move(mailboxes)};
    campaign.queue = nouns().find_queue("email-campaign-queue")->id;
    campaign.seed = 7;
    return campaign;
  }

  CampaignId start(const Campaign& settings, int recipients, std::optional<WallTime> at = std::nullopt,
                   const std::vector<std::size_t>& required = {}) {
    auto id = nouns().create_campaign(settings);
    if (!id) throw std::runtime_error(id.error().message);
    std::stringstream csv;
    csv << "email,name,city\n";
    const auto tag = std::to_string(id->value);
    for (int n = 1; n <= recipients; ++n) {
      csv << "p" << n << "-" << tag << "@example.org,Person " << n << "," << (n % 10 == 0 ? "" : "Rome")
          << "\n";
    }
    auto source = make_csv_source(csv, "list.csv");
    auto report = nouns().import(*id, *source, {.email = 0, .name = 1}, 0, [](const Reject&) {});
    if (!report) throw std::runtime_error(report.error().message);
    auto started = nouns().start(*id, at, required);
    if (!started) throw std::runtime_error(started.error().message);
    return *id;
  }

  EntryResult apply(const Entry& entry) { return tasks().apply({&entry, 1})[0]; }

  /// Claims, doing plan tasks on the way, until there are emails or nothing at all.
  std::vector<ClaimedTask> claim(int limit = 100) {
    while (true) {
      last_ = std::get<Claimed>(apply(Claim{crew_, limit}));
      std::vector<ClaimedTask> emails;
      bool planned = false;
      for (auto& task : last_.tasks) {
        if (task.kind == TaskKind::plan) {
          apply(PlanStep{crew_, task.id, task.attempt});
          planned = true;
        } else {
          emails.push_back(task);
        }
      }
      if (!emails.empty() || !planned) return emails;
    }
  }
  GateAnswer pass(const ClaimedTask& task) {
    return std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt}));
  }
  Ack record(const ClaimedTask& task, const AttemptOutcome& outcome) {
    return std::get<Ack>(apply(Record{crew_, task.id, task.attempt, outcome}));
  }
  Ack release(const ClaimedTask& task, GateAnswer why) {
    return std::get<Ack>(apply(Release{crew_, task.id, task.attempt, std::move(why)}));
  }
  void send(const ClaimedTask& task, const AttemptOutcome& outcome = delivered()) {
    ASSERT_EQ(pass(task).kind, GateAnswer::Kind::open);
    ASSERT_EQ(record(task, outcome), Ack::done);
  }
  int send_all_due() {
    int sent = 0;
    for (auto due = claim(); !due.empty(); due = claim()) {
      for (const auto& task : due) {
        const auto answer = pass(task);
        if (answer.kind == GateAnswer::Kind::open) {
          record(task, delivered());
          ++sent;
        } else {
          release(task, answer);
        }
      }
    }
    return sent;
  }

  Counts counts(CampaignId id) { return nouns().campaign(id)->counts; }
  CampaignStatus status(CampaignId id) { return nouns().campaign(id)->status; }
  EmailView email(CampaignId id, std::int64_t ordinal) {
    return nouns().emails(id, {.status = {}, .address = {}, .after = ordinal - 1, .limit = 1}).at(0);
  }

  /// The tally must be what a recount of the rows gives, always.
  void expect_tally_equals_recount(CampaignId id) {
    Counts recount;
    for (std::int64_t after = 0;;) {
      const auto page = nouns().emails(id, {.status = {}, .address = {}, .after = after, .limit = 500});
      if (page.empty()) break;
      after = page.back().ordinal;
      for (const auto& one : page) {
        switch (one.status) {
          case EmailStatus::pending:
            ++recount.pending;
            break;
          case EmailStatus::sent:
            ++recount.sent;
            break;
          case EmailStatus::failed:
            ++recount.failed;
            break;
          case EmailStatus::bounced:
            ++recount.bounced;
            break;
          case EmailStatus::skipped:
            ++recount.skipped;
            break;
          case EmailStatus::uncertain:
            ++recount.uncertain;
            break;
        }
      }
    }
    EXPECT_EQ(recount, counts(id));
  }

  std::filesystem::path directory_;
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
  CrewId crew_;
  Claimed last_;
};

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

TEST_F(TaskStoreTest, ABouncedAddressIsSuppressed) {
  const auto id = start(draft({add_mailbox()}), 1);
  const auto task = claim().at(0);
  record(task, bounced());
  EXPECT_EQ(counts(id).bounced, 1);
  const auto address = parse_address(decode_payload(task.payload).address);
  EXPECT_TRUE(nouns().find_suppression(*address));
}

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
