// What becomes known of an email after its server took it. Part of the conformance suite.

#include "store/nouns_fixture.h"

namespace postrider {
namespace {

class LateReports : public NounsTest {
 protected:
  EmailView email_of(CampaignId id, const std::string& address) {
    return nouns().emails(id, {.address = address}).at(0);
  }
  LateReport bounce_of(CampaignId id, const std::string& address) {
    return {.email = email_of(id, address).id,
            .suppress = true,
            .code = 550,
            .enhanced = "5.1.1",
            .words = "550 5.1.1 no such user",
            .reason = "came back: This address does not exist."};
  }
};

TEST_F(LateReports, ABounceMovesASentEmailAndSuppressesItsAddress) {
  const auto id = start(people(3)), other = start(people(3));
  end_all(delivered());
  const auto running = start(people(3));
  clock_.advance(std::chrono::minutes{9});

  const auto answer = nouns().report_late(bounce_of(id, "p2@example.org"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->changed);
  EXPECT_TRUE(answer->suppressed);
  EXPECT_EQ(answer->status, EmailStatus::bounced);
  expect_counts(id, {.sent = 2, .bounced = 1});
  expect_counts(other, {.sent = 3});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  const auto email = email_of(id, "p2@example.org");
  EXPECT_EQ(email.reason, "came back: This address does not exist.");
  EXPECT_EQ(email.code, 550);
  EXPECT_EQ(email.server_text, "550 5.1.1 no such user");
  EXPECT_EQ(email.sent_as, "example.com") << "its Message-ID is still known";
  const auto history = nouns().attempts(email.id);
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[1].stage, "late");
  EXPECT_EQ(history[1].disposition, "refused");
  EXPECT_FALSE(history[1].charged);
  EXPECT_EQ(nouns().find_suppression({"p2", "example.org"})->kind, SuppressionKind::bounced);
  end_all(delivered());
  expect_counts(running, {.sent = 2, .skipped = 1});

  const auto again = nouns().report_late(bounce_of(id, "p2@example.org"));
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(nouns().attempts(email.id).size(), 2u);
  expect_counts(id, {.sent = 2, .bounced = 1});
}

TEST_F(LateReports, ACampaignOfWhichEverythingCameBackHasFailed) {
  const auto id = start(people(1));
  end_all(delivered());
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  ASSERT_TRUE(nouns().report_late(bounce_of(id, "p1@example.org"))->changed);
  EXPECT_EQ(campaign(id).status, CampaignStatus::failed);
  expect_counts(id, {.bounced = 1});
}

TEST_F(LateReports, AnUncertainEmailThatCameBackIsBounced) {
  const auto id = start(people(1));
  end_all(unknown());
  ASSERT_TRUE(nouns().report_late(bounce_of(id, "p1@example.org"))->changed);
  expect_counts(id, {.bounced = 1});
  EXPECT_TRUE(nouns().uncertain({}, 10).empty());
}

TEST_F(LateReports, WhatEndedOtherwiseStays) {
  const auto id = start(people(2));
  const auto held = claim();
  end(held[0], refused());
  EXPECT_FALSE(nouns().report_late(bounce_of(id, "p1@example.org"))->changed);
  EXPECT_FALSE(nouns().report_late(bounce_of(id, "p2@example.org"))->changed);
  expect_counts(id, {.failed = 1, .pending = 1});
  EXPECT_TRUE(nouns().suppressions("", 10).empty());
  EXPECT_EQ(code_of(nouns().report_late({.email = EmailId{4711}})), "email_not_found");
}

TEST_F(LateReports, ThreeSoftOnesMakeASuppression) {
  for (int i = 1; i <= 3; ++i) {
    const auto id = start(people(1));
    end_all(delivered());
    auto report = bounce_of(id, "p1@example.org");
    report.suppress = false;
    report.soft = true;
    const auto answer = nouns().report_late(report);
    EXPECT_TRUE(answer->changed);
    EXPECT_EQ(answer->suppressed, i == 3) << i;
    expect_counts(id, {.bounced = 1});
  }
}

TEST_F(LateReports, AComplaintSuppressesAndLeavesTheEmailSent) {
  const auto id = start(people(2));
  end_all(delivered());
  const auto next = start(people(2));
  ASSERT_EQ(claim(1).size(), 1u);  // p1 is held, p2 waits
  const LateReport report{.email = email_of(id, "p2@example.org").id, .complaint = true, .reason = "spam"};
  const auto answer = nouns().report_late(report);
  EXPECT_TRUE(answer->changed);
  EXPECT_EQ(answer->cancelled, 1);
  expect_counts(id, {.sent = 2});
  expect_counts(next, {.skipped = 1, .pending = 1});
  EXPECT_EQ(nouns().find_suppression({"p2", "example.org"})->kind, SuppressionKind::complained);
  EXPECT_FALSE(nouns().report_late(report)->changed);
}

TEST_F(LateReports, OnlyEmailsThatReachedTheirDotAreFound) {
  const auto first = start(people(2));
  end_all(delivered());
  const auto second = start(people(2));
  end_all({.disposition = Disposition::refused, .blame = Blame::message, .stage = "rcpt", .code = 550});
  const auto third = add_draft(people(2));
  ASSERT_TRUE(nouns().start(third, std::nullopt, {}, TestMode{"me@example.net"}));
  end_all(delivered());
  const auto found = nouns().emails_to("p1@example.org");
  ASSERT_EQ(found.size(), 1u) << second.value;
  EXPECT_EQ(found[0].campaign, first);
  EXPECT_EQ(found[0].sent_as, "example.com");
  EXPECT_EQ(found[0].recipient, email_of(first, "p1@example.org").recipient);
  EXPECT_TRUE(nouns().emails_to("nobody@example.org").empty());
}

}  // namespace
}  // namespace postrider
