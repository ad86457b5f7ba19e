#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using Uncertain = NounsTest;
using Resolution = CampaignStore::Resolution;

TEST_F(Uncertain, EmailsAreListedNewestFirstAndResolvedByAPerson) {
  const auto id = start(people(4));
  EXPECT_EQ(end_all(unknown()), 4);
  expect_counts(id, {.uncertain = 4});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  const auto listed = nouns().uncertain({}, 3);
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[0].first, id);
  EXPECT_GT(listed[0].second.id, listed[2].second.id);
  EXPECT_EQ(nouns().uncertain(listed[2].second.id, 3).size(), 1u);

  ASSERT_TRUE(nouns().resolve_uncertain(listed[0].second.id, Resolution::sent, "local:ana"));
  ASSERT_TRUE(nouns().resolve_uncertain(listed[1].second.id, Resolution::failed, "local:ana"));
  expect_counts(id, {.sent = 1, .failed = 1, .uncertain = 2});
  EXPECT_EQ(emails(id, EmailStatus::sent)[0].reason, "Resolved as sent by local:ana");
  EXPECT_TRUE(emails(id, EmailStatus::sent)[0].sent_at);
  EXPECT_EQ(code_of(nouns().resolve_uncertain(listed[0].second.id, Resolution::sent, "x")),
            "email_not_uncertain");
  EXPECT_EQ(code_of(nouns().resolve_uncertain(EmailId{999}, Resolution::sent, "x")), "email_not_found");
}

TEST_F(Uncertain, ResentGoesOutOnceMore) {
  const auto id = start(people(2));
  EXPECT_EQ(end_all(unknown()), 2);
  const auto email = nouns().uncertain({}, 1)[0].second;
  ASSERT_TRUE(nouns().resolve_uncertain(email.id, Resolution::resend, "local:ana"));
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
  expect_counts(id, {.uncertain = 1, .pending = 1});
  const auto due = claim();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].id, email.id);
  EXPECT_EQ(due[0].attempt, 2);
  end(due[0], delivered());
  expect_counts(id, {.sent = 1, .uncertain = 1});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Uncertain, OfACancelledCampaignIsNotResent) {
  const auto id = start(people(2));
  const auto due = claim(1);
  end(due[0], unknown());
  ASSERT_TRUE(nouns().stop(id));
  EXPECT_EQ(code_of(nouns().resolve_uncertain(due[0].id, Resolution::resend, "x")), "campaign_cancelled");
  expect_counts(id, {.skipped = 1, .uncertain = 1});
}

TEST_F(Uncertain, AllResolvedAsFailedMakesTheCampaignFailed) {
  const auto id = start(people(1));
  EXPECT_EQ(end_all(unknown()), 1);
  ASSERT_TRUE(nouns().resolve_uncertain(nouns().uncertain({}, 1)[0].second.id, Resolution::failed, "x"));
  EXPECT_EQ(campaign(id).status, CampaignStatus::failed);
}

}  // namespace
}  // namespace postrider
