#include "queue/verdict.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;
using Action = Verdict::Action;
using MailboxFault = AttemptOutcome::MailboxFault;
using MailboxChange = Verdict::Mailbox;

const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 9h};

// SMTP-SCOPE-01, SMTP-RETRY-01, SMTP-GREETING-02, SMTP-STARTTLS-07, SMTP-AUTH-02, SMTP-S-04
TEST(Verdict, FollowsTheTable) {
  const struct {
    const char* name;
    AttemptOutcome outcome;
    TaskHistory history;
    int faults;
    Action action;
    bool charge;
    Micros least_wait, most_wait;
    MailboxChange mailbox;
    Micros pause;
  } rows[] = {
      {"delivered", {Disposition::delivered}, {}, 4, Action::sent, true, 0s, 0s, MailboxChange::healthy, 0s},
      {"unknown", {Disposition::unknown}, {}, 0, Action::uncertain, true, 0s, 0s, MailboxChange::keep, 0s},
      {"dead address",
       {Disposition::refused, Blame::recipient, true},
       {},
       0,
       Action::bounced,
       true,
       0s,
       0s,
       MailboxChange::keep,
       0s},
      {"refused",
       {Disposition::refused, Blame::message},
       {},
       0,
       Action::failed,
       true,
       0s,
       0s,
       MailboxChange::keep,
       0s},
      {"first deferral",
       {Disposition::deferred, Blame::recipient},
       {0, {}, 7},
       0,
       Action::later,
       true,
       5min,
       5min + 30s,
       MailboxChange::keep,
       0s},
      {"second deferral",
       {Disposition::deferred, Blame::message},
       {1, kNow - 5min, 7},
       0,
       Action::later,
       true,
       1h,
       1h + 6min,
       MailboxChange::keep,
       0s},
      {"third deferral",
       {Disposition::deferred, Blame::recipient},
       {2, kNow - 65min, 7},
       0,
       Action::failed,
       true,
       0s,
       0s,
       MailboxChange::keep,
       0s},
      {"too old",
       {Disposition::deferred, Blame::recipient},
       {1, kNow - 24h * 5 + 59min, 7},
       0,
       Action::failed,
       true,
       0s,
       0s,
       MailboxChange::keep,
       0s},
      {"tightened rules",
       {Disposition::deferred, Blame::recipient},
       {5, kNow - 1h, 7},
       0,
       Action::failed,
       false,
       0s,
       0s,
       MailboxChange::keep,
       0s},
      {"mailbox fault",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause},
       {2, kNow - 65min},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       1min},
      {"mailbox fault without a word",
       {Disposition::deferred, Blame::mailbox},
       {},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       1min},
      {"third mailbox fault",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause},
       {},
       2,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       4min},
      {"many mailbox faults",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause},
       {},
       1'000'000,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       1h},
      {"refused, but by the mailbox's fault",
       {Disposition::refused, Blame::mailbox, false, MailboxFault::pause},
       {},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       1min},
      {"slow down",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::slow_down},
       {},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       5s},
      {"slow down again",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::slow_down},
       {},
       3,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       40s},
      {"slow down at last",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::slow_down},
       {},
       60,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       1h},
      {"quota",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_day},
       {},
       9,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       6h},
      {"stop",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::stop},
       {2, kNow - 65min},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::stop,
       0s},
      {"too many logins",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause, "auth", 454},
       {},
       0,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       15min},
      {"greeting 554, twice",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_then_stop, "greeting", 554},
       {},
       1,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       2min},
      {"greeting 554, the third time",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_then_stop, "greeting", 554},
       {},
       2,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::stop,
       0s},
      {"greeting 421, the third time",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause, "greeting", 421},
       {},
       2,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::pause,
       4min},
      {"TLS broken, the third time",
       {Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_then_stop, "starttls"},
       {},
       2,
       Action::later,
       false,
       0s,
       0s,
       MailboxChange::stop,
       0s},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Verdict verdict = judge(row.outcome, row.history, {row.faults, {}, {}}, {}, kNow);
    EXPECT_EQ(verdict.action, row.action);
    EXPECT_EQ(verdict.charge, row.charge);
    EXPECT_EQ(verdict.mailbox, row.mailbox);
    if (row.action == Action::later) {
      EXPECT_GE(verdict.due, kNow + row.least_wait);
      EXPECT_LE(verdict.due, kNow + row.most_wait);
    }
    if (row.mailbox == MailboxChange::pause) {
      EXPECT_EQ(verdict.mailbox_until, kNow + row.pause);
    }
  }
}

// SMTP-CONNECT-03
TEST(Verdict, StopsAMailboxWhosePortIsClosedForADay) {
  const AttemptOutcome closed{Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_then_stop,
                              "connect"};
  MailboxState mailbox;
  WallTime now = kNow;
  for (int fault = 0; fault < 100; ++fault) {
    const Verdict verdict = judge(closed, {}, mailbox, {}, now);
    EXPECT_FALSE(verdict.charge);
    if (verdict.mailbox == MailboxChange::stop) break;
    ASSERT_EQ(verdict.mailbox, MailboxChange::pause);
    mailbox = {mailbox.faults_in_a_row + 1, verdict.mailbox_until, {}};
    now = verdict.mailbox_until;
  }
  EXPECT_GE(now - kNow, 24h);
  EXPECT_LT(now - kNow, 26h);
}

// SMTP-MAIL-02
TEST(Verdict, WaitsForTheProvidersNextDayWhereItsClockIsKnown) {
  const AttemptOutcome quota{Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_day};
  const WallTime midnight = kNow + 9h;
  EXPECT_EQ(judge(quota, {}, {0, {}, midnight}, {}, kNow).mailbox_until, midnight + 1min);
  EXPECT_EQ(judge(quota, {}, {0, {}, {}}, {}, kNow).mailbox_until, kNow + 6h) << "a rolling quota";
  EXPECT_EQ(judge(quota, {}, {1, {}, midnight}, {}, kNow).mailbox_until, kNow + 6h)
      << "the new day did not help: the clock is another";
  EXPECT_EQ(judge(quota, {}, {0, {}, kNow + 100h}, {}, kNow).mailbox_until, kNow + 25h) << "never longer";
}

TEST(Verdict, CountsSessionsThatFailTogetherAsOneFault) {
  const AttemptOutcome fault{Disposition::deferred, Blame::mailbox, false, MailboxFault::pause};
  const Verdict verdict = judge(fault, {}, {1, kNow + 40s, {}}, {}, kNow);
  EXPECT_EQ(verdict.mailbox, MailboxChange::keep);
  EXPECT_EQ(verdict.due, kNow) << "the mailbox alone holds it back";
  EXPECT_EQ(judge(fault, {}, {1, kNow, {}}, {}, kNow).mailbox, MailboxChange::pause);

  const AttemptOutcome quota{Disposition::deferred, Blame::mailbox, false, MailboxFault::pause_day};
  EXPECT_EQ(judge(quota, {}, {1, kNow + 40s, {}}, {}, kNow).mailbox_until, kNow + 6h);
  const AttemptOutcome stop{Disposition::deferred, Blame::mailbox, false, MailboxFault::stop};
  EXPECT_EQ(judge(stop, {}, {1, kNow + 40s, {}}, {}, kNow).mailbox, MailboxChange::stop);
}

rc::Gen<AttemptOutcome> any_outcome() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::inRange(0, 4),
                                     rc::gen::arbitrary<bool>(), rc::gen::inRange(0, 6)),
                      [](std::tuple<int, int, bool, int> made) {
                        return AttemptOutcome{static_cast<Disposition>(std::get<0>(made)),
                                              static_cast<Blame>(std::get<1>(made)), std::get<2>(made),
                                              static_cast<MailboxFault>(std::get<3>(made))};
                      });
}

RC_GTEST_PROP(Verdict, LetsTriesNeverPassTheirLimitAndALaterTryIsLater, ()) {
  const RetryRules rules{.max_tries = *rc::gen::inRange(1, 11)};
  TaskHistory history{.seed = *rc::gen::arbitrary<std::uint64_t>()};
  MailboxState mailbox;
  WallTime now = kNow;
  for (int step = 0; step < 60; ++step) {
    const auto outcome = *any_outcome();
    const Verdict verdict = judge(outcome, history, mailbox, rules, now);
    if (verdict.charge && history.tries++ == 0) history.first_try = now;
    RC_ASSERT(history.tries <= rules.max_tries);
    RC_ASSERT(!(outcome.blame == Blame::mailbox && outcome.disposition == Disposition::refused) ||
              !verdict.charge);
    if (verdict.mailbox == MailboxChange::healthy) mailbox = {};
    if (verdict.mailbox == MailboxChange::pause)
      mailbox = {mailbox.faults_in_a_row + 1, verdict.mailbox_until, {}};
    if (verdict.action != Action::later) return;
    if (outcome.blame == Blame::mailbox || outcome.mailbox_fault != MailboxFault::none) {
      RC_ASSERT(verdict.due == now);
    } else {
      RC_ASSERT(verdict.due > now);
    }
    if (verdict.charge) RC_ASSERT(verdict.due <= history.first_try + rules.max_age);
    now = std::max(verdict.due, mailbox.paused_until) + std::chrono::seconds{*rc::gen::inRange(0, 100)};
  }
}

RC_GTEST_PROP(Verdict, IsTheSameForTheSameTry, (std::uint64_t seed)) {
  const AttemptOutcome deferred{Disposition::deferred, Blame::recipient};
  const auto first = judge(deferred, {0, {}, seed}, {}, {}, kNow);
  RC_ASSERT(first.due == judge(deferred, {0, {}, seed}, {}, {}, kNow).due);
  RC_ASSERT(first.due >= kNow + 5min && first.due <= kNow + 5min + 30s);
}

TEST(RetryRules, ACampaignsOwnWordGoesBeforeItsQueues) {
  const QueueSettings queue{.max_attempts = 4, .min_backoff = 7s, .max_backoff = 9s};
  const auto inherited = retry_rules(std::nullopt, std::nullopt, queue);
  EXPECT_EQ(inherited.max_tries, 4);
  EXPECT_EQ(inherited.max_age, kLongestAge);
  EXPECT_EQ(inherited.first_wait, 7s);
  EXPECT_EQ(inherited.later_wait, 9s);
  const auto own = retry_rules(2, 1h, queue);
  EXPECT_EQ(own.max_tries, 2);
  EXPECT_EQ(own.max_age, 1h);
}

TEST(RetryRules, NoQueueMakesTriesEndless) {
  const auto rules = retry_rules(std::nullopt, std::nullopt, {.max_attempts = -1, .max_retry_duration = 0s});
  EXPECT_EQ(rules.max_tries, kMostTries);
  EXPECT_EQ(rules.max_age, kLongestAge);
  EXPECT_EQ(retry_rules(std::nullopt, std::nullopt, {.max_attempts = 500}).max_tries, kMostTries);
}

TEST(RetryRules, TheRetryDurationRulesWhereAttemptsAreUnlimited) {
  const QueueSettings unlimited{.max_attempts = -1, .max_retry_duration = 2h};
  EXPECT_EQ(retry_rules(std::nullopt, std::nullopt, unlimited).max_age, 2h);
  EXPECT_EQ(retry_rules(5, std::nullopt, unlimited).max_age, kLongestAge);
  // The guide's three attempts within 3600 s: the third comes after 65 minutes, and comes.
  EXPECT_EQ(retry_rules(std::nullopt, std::nullopt, {}).max_age, kLongestAge);
}

}  // namespace
}  // namespace postrider
