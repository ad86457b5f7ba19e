// Suppressions, and what becomes of the open emails of whom they name. Part of the conformance suite.

#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using namespace std::chrono;

class Suppressions : public NounsTest {
 protected:
  Result<SuppressAnswer> leave(std::string key, CampaignId from = {}) {
    return nouns().suppress({.key = std::move(key),
                             .reason = "unsubscribed",
                             .kind = SuppressionKind::unsubscribed,
                             .campaign = from});
  }
  /// Emails get rows and tasks, and wait.
  void plan_all() {
    for (const auto& task : claim())
      apply(Release{crew_, task.id, task.attempt, {.kind = GateAnswer::Kind::lease_lost}});
  }
  EmailView email_of(CampaignId id, const std::string& address) {
    return nouns().emails(id, {.address = address}).at(0);
  }
};

TEST_F(Suppressions, SuppressionsAreKeptByKeyAndFoundByAddressThenDomain) {
  ASSERT_TRUE(nouns().suppress({.key = "ana@example.org", .reason = "unsubscribed"}));
  ASSERT_TRUE(nouns().suppress({.key = "ana@example.org", .reason = "again"}));
  ASSERT_TRUE(nouns().suppress({.key = "@example.org", .reason = "whole domain"}));
  EXPECT_EQ(nouns().find_suppression({"Ana", "example.org"})->reason, "unsubscribed");
  EXPECT_EQ(nouns().find_suppression({"eva", "example.org"})->reason, "whole domain");
  EXPECT_FALSE(nouns().find_suppression({"eva", "sub.example.org"}));
  const auto first = nouns().suppressions("", 1);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].key, "@example.org");
  EXPECT_EQ(nouns().suppressions(first[0].key, 5).size(), 1u);
  ASSERT_TRUE(nouns().unsuppress("@example.org"));
  EXPECT_EQ(code_of(nouns().unsuppress("@example.org")), "suppression_not_found");
  EXPECT_FALSE(nouns().find_suppression({"eva", "example.org"}));
}

TEST_F(Suppressions, WhatARecipientDecidedGoesBeforeWhatWeFoundOut) {
  using enum SuppressionKind;
  const auto add = [&](SuppressionKind kind, const char* reason) {
    return nouns()
        .suppress({.key = "a@example.org", .reason = reason, .kind = kind, .campaign = CampaignId{7}})
        ->added;
  };
  const auto kept = [&] { return *nouns().find_suppression({"a", "example.org"}); };
  EXPECT_EQ(add(bounced, "bounced: 5.1.1"), 1);
  EXPECT_EQ(add(by_hand, "asked"), 0);
  EXPECT_EQ(kept().reason, "bounced: 5.1.1");
  EXPECT_EQ(add(unsubscribed, "unsubscribed"), 1);
  EXPECT_EQ(kept().kind, unsubscribed);
  EXPECT_EQ(kept().campaign, CampaignId{7});
  EXPECT_EQ(add(complained, "complained"), 0);
  EXPECT_EQ(add(bounced, "bounced: 5.1.1"), 0);
  EXPECT_EQ(kept().reason, "unsubscribed");
}

TEST_F(Suppressions, OpenEmailsOfAllCampaignsEndInTheSameTransaction) {
  const auto done = start(people(2));
  end_all(delivered());
  const auto first = start(), paused = start(), cancelled = start();
  plan_all();
  ASSERT_TRUE(nouns().pause(paused, "tea"));
  ASSERT_TRUE(nouns().stop(cancelled));
  const auto answer = leave("p2@example.org", first);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->added, 1);
  EXPECT_EQ(answer->cancelled, 2);
  expect_counts(first, {.skipped = 1, .pending = 4});
  expect_counts(paused, {.skipped = 1, .pending = 4});
  expect_counts(cancelled, {.skipped = 5});
  expect_counts(done, {.sent = 2});
  ASSERT_TRUE(nouns().resume(paused));
  EXPECT_EQ(end_all(delivered()), 8);
  expect_counts(first, {.sent = 4, .skipped = 1});
  expect_counts(paused, {.sent = 4, .skipped = 1});
}

TEST_F(Suppressions, AWaitingEmailIsSkippedAtOnceAndOnlyThatOne) {
  const auto id = start();
  plan_all();
  EXPECT_EQ(leave("p4@example.org", id)->cancelled, 1);
  expect_counts(id, {.skipped = 1, .pending = 4});
  EXPECT_EQ(email_of(id, "p4@example.org").status, EmailStatus::skipped);
  EXPECT_EQ(email_of(id, "p4@example.org").reason, "suppressed: unsubscribed");
  EXPECT_TRUE(email_of(id, "p4@example.org").finished_at);
  const auto again = leave("p4@example.org", id);
  EXPECT_EQ(again->added, 0);
  EXPECT_EQ(again->cancelled, 0);
  const auto tasks = nouns().tasks(nouns().queues().front().id, {}, 100);
  EXPECT_EQ(tasks.size(), 4u);
  for (const auto& task : tasks) EXPECT_NE(task.address, "p4@example.org");
}

/// Held when it was suppressed, and not yet at its gate or refused there for another reason.
TEST_F(Suppressions, AnEmailThatAWorkerHoldsEndsWhenItIsGivenBack) {
  const auto id = start(people(2));
  const auto held = claim();
  EXPECT_EQ(leave("p1@example.org")->cancelled + leave("p2@example.org")->cancelled, 0);
  apply(Release{crew_,
                held[0].id,
                held[0].attempt,
                {.kind = GateAnswer::Kind::not_before, .due = clock_.wall_now() + hours{9}}});
  expect_counts(id, {.skipped = 1, .pending = 1});
  ASSERT_EQ(std::get<GateAnswer>(apply(Intend{crew_, held[1].id, held[1].attempt})).kind,
            GateAnswer::Kind::suppressed);
  open(file("test.db"));  // the crew is gone, and what it held waits again
  for (const auto& task : claim()) {
    const auto gate = std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt}));
    apply(Release{crew_, task.id, task.attempt, gate});
  }
  expect_counts(id, {.skipped = 2});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Suppressions, ADeferredEmailIsNotTriedAgain) {
  const auto id = start(people(1));
  const auto held = claim();
  ASSERT_TRUE(pass(held[0]));
  leave("p1@example.org").value();
  const AttemptOutcome later{
      .disposition = Disposition::deferred, .blame = Blame::recipient, .stage = "dot", .code = 451};
  EXPECT_EQ(std::get<Ack>(apply(Record{crew_, held[0].id, held[0].attempt, later})), Ack::done);
  expect_counts(id, {.skipped = 1});
  EXPECT_EQ(email_of(id, "p1@example.org").reason, "suppressed: unsubscribed");
}

TEST_F(Suppressions, AnEmailPastItsGateEndsInItsTrueState) {
  const auto id = start(people(2));
  auto held = claim();
  ASSERT_EQ(held.size(), 2u);
  ASSERT_TRUE(pass(held[0]));
  const auto first = decode_payload(held[0].payload).address,
             second = decode_payload(held[1].payload).address;
  EXPECT_EQ(leave(first)->cancelled, 0);
  EXPECT_EQ(leave(second)->cancelled, 0);
  EXPECT_EQ(std::get<Ack>(apply(Record{crew_, held[0].id, held[0].attempt, delivered()})), Ack::done);
  // The other one stands before its gate.
  const auto gate = std::get<GateAnswer>(apply(Intend{crew_, held[1].id, held[1].attempt}));
  EXPECT_EQ(gate.kind, GateAnswer::Kind::suppressed);
  EXPECT_EQ(std::get<Ack>(apply(Release{crew_, held[1].id, held[1].attempt, gate})), Ack::done);
  expect_counts(id, {.sent = 1, .skipped = 1});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Suppressions, TheLastOpenEmailEndsItsCampaign) {
  const auto id = start(people(2));
  end(claim(1).at(0), delivered());
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
  EXPECT_EQ(leave("p1@example.org")->cancelled + leave("p2@example.org")->cancelled, 1);
  expect_counts(id, {.sent = 1, .skipped = 1});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  EXPECT_TRUE(campaign(id).completed_at);
}

TEST_F(Suppressions, WhoWasNotPlannedYetIsSkippedWhenTheirTurnComes) {
  const auto id = add_draft(people(3));
  ASSERT_TRUE(nouns().start(id, clock_.wall_now() + hours{1}, {}));
  EXPECT_EQ(leave("p3@example.org")->cancelled, 0);
  clock_.advance(hours{2});
  EXPECT_EQ(end_all(delivered()), 2);
  expect_counts(id, {.sent = 2, .skipped = 1});
}

TEST_F(Suppressions, APlannerThatSleepsWakesWhenNothingWaitsAnyMore) {
  const auto id = start(people(3'200));
  ASSERT_EQ(claim(1).size(), 1u);
  ASSERT_EQ(campaign(id).counts.pending, 3'200);
  std::vector<Suppression> all;
  for (int i = 1; i <= 3'150; ++i) {
    all.push_back({.key = "p" + std::to_string(i) + "@example.org", .reason = "asked"});
  }
  ASSERT_TRUE(nouns().suppress(all));
  EXPECT_GE(end_all(delivered()), 49);  // and the one that was held above is still held
  EXPECT_LE(campaign(id).counts.pending, 1);
}

TEST_F(Suppressions, APersonsRetryAndResendDoNotPassEither) {
  const auto id = start(people(2));
  for (const auto& task : claim())
    end(task, decode_payload(task.payload).address == "p1@example.org" ? refused() : unknown());
  expect_counts(id, {.failed = 1, .uncertain = 1});
  leave("p1@example.org").value();
  leave("p2@example.org").value();
  expect_counts(id, {.failed = 1, .uncertain = 1});  // what has ended stays as it is
  ASSERT_TRUE(nouns().retry(id));
  ASSERT_TRUE(
      nouns().resolve_uncertain(email_of(id, "p2@example.org").id, CampaignStore::Resolution::resend, "ana"));
  for (auto due = claim(); !due.empty(); due = claim()) {
    for (const auto& task : due) {
      const auto gate = std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt}));
      EXPECT_EQ(gate.kind, GateAnswer::Kind::suppressed);
      apply(Release{crew_, task.id, task.attempt, gate});
    }
  }
  expect_counts(id, {.skipped = 2});
}

TEST_F(Suppressions, AnEmailThatLostItsTaskIsSkippedToo) {
  const auto id = start(people(3));
  plan_all();
  ASSERT_TRUE(nouns().purge_queue(nouns().queues().front().id, "12:00"));
  EXPECT_EQ(leave("p2@example.org")->cancelled, 1);
  expect_counts(id, {.skipped = 1, .pending = 2});
  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(end_all(delivered()), 2);
  expect_counts(id, {.sent = 2, .skipped = 1});
}

TEST_F(Suppressions, ADomainsEmailsAreSkippedAtTheirGate) {
  const auto id = start(people(2));
  EXPECT_EQ(nouns().suppress({.key = "@example.org", .reason = "asked"})->cancelled, 0);
  for (const auto& task : claim()) {
    const auto gate = std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt}));
    EXPECT_EQ(gate.kind, GateAnswer::Kind::suppressed);
    apply(Release{crew_, task.id, task.attempt, gate});
  }
  expect_counts(id, {.skipped = 2});
}

TEST_F(Suppressions, NeitherANewListNorADuplicateResurrects) {
  const auto first = start(people(3));
  leave("p1@example.org", first).value();
  end_all(delivered());
  ASSERT_TRUE(nouns().delete_campaign(first));
  const auto again = start(people(3));  // the import leaves p1 out
  expect_counts(again, {.pending = 2});
  leave("p2@example.org", again).value();
  const auto copy = nouns().duplicate(again, "all", "").value();
  ASSERT_TRUE(nouns().start(copy, std::nullopt, {}));
  end_all(delivered());
  expect_counts(copy, {.sent = 1, .skipped = 1});
  EXPECT_EQ(nouns().find_suppression({"p1", "example.org"})->campaign, first);
}

TEST_F(Suppressions, ABounceOfOneCampaignIsOfThatKindAndCampaign) {
  const auto id = start(people(1));
  auto outcome = refused();
  outcome.blame = Blame::recipient;
  outcome.suppress = true;
  outcome.enhanced = "5.1.1";
  end_all(outcome);
  const auto kept = nouns().find_suppression({"p1", "example.org"});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->kind, SuppressionKind::bounced);
  EXPECT_EQ(kept->campaign, id);
}

}  // namespace
}  // namespace postrider
