#include "campaign/status.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(Status, EveryCampaignStatusIsReadBackFromItsSpelling) {
  for (int i = 0; i <= static_cast<int>(CampaignStatus::cancelled); ++i) {
    const auto status = static_cast<CampaignStatus>(i);
    EXPECT_EQ(parse_campaign_status(to_string(status)), status) << to_string(status);
  }
  EXPECT_EQ(to_string(CampaignStatus::cancelled), "cancelled");
}

TEST(Status, EveryEmailStatusIsReadBackFromItsSpelling) {
  for (int i = 0; i <= static_cast<int>(EmailStatus::uncertain); ++i) {
    const auto status = static_cast<EmailStatus>(i);
    EXPECT_EQ(parse_email_status(to_string(status)), status) << to_string(status);
  }
}

TEST(Status, EveryPolicyForUncertainEmailsIsReadBackFromItsSpelling) {
  for (int i = 0; i <= static_cast<int>(OnUncertain::assume_sent); ++i) {
    const auto policy = static_cast<OnUncertain>(i);
    EXPECT_EQ(parse_on_uncertain(to_string(policy)), policy) << to_string(policy);
  }
}

TEST(Status, AnUnknownSpellingIsNothing) {
  EXPECT_FALSE(parse_campaign_status("Draft"));
  EXPECT_FALSE(parse_campaign_status(""));
  EXPECT_FALSE(parse_email_status("deferred"));
  EXPECT_FALSE(parse_on_uncertain("guess"));
}

TEST(Counts, SuccessRateLeavesOutWhatWasNeverTried) {
  EXPECT_EQ(Counts{}.success_rate(), 0.0);
  const Counts counts{.sent = 6, .failed = 1, .bounced = 1, .skipped = 5, .uncertain = 2, .pending = 10};
  EXPECT_DOUBLE_EQ(counts.success_rate(), 0.75);
  EXPECT_EQ(counts.total(), 25);
}

}  // namespace
}  // namespace postrider
