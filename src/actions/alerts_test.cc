#include "actions/alerts.h"

#include "actions/action_test.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

class AlertsTest : public ActionTest {
 protected:
  AlertsTest() {
    add_office();
    add_mailbox(context_, "spare", {.from = "bea@example.com", .host = "spare.example.com", .cap_24h = 0})
        .value();
  }

  void finish_campaign() {
    const auto id = create("email\nana@example.org\nbea@example.org\n", plain())->id;
    start_campaign(context_, id, {}).value();
    work(accepted);
  }
  static CampaignChange plain() {
    auto change = letter();
    change.message = "Hello.\n";
    return change;
  }
  void deliver() { alerts_.deliver(context_, ""); }
  std::string last_host() const { return tried_.host; }

  Alerts alerts_{store_->alerts(), {.email = "owner@example.net", .mailbox = ""}};
};

TEST_F(AlertsTest, ACampaignThatIsFinishedIsToldOfOnceThroughItsOwnMailbox) {
  finish_campaign();
  deliver();
  deliver();
  ASSERT_EQ(sent_to_, std::vector<std::string>{"owner@example.net"});
  EXPECT_EQ(last_host(), "smtp.example.com");
  EXPECT_TRUE(sent_.contains("Subject: Postrider: campaign Spring is finished")) << sent_;
  EXPECT_TRUE(sent_.contains("sent 2, failed 0")) << sent_;
  EXPECT_TRUE(sent_.contains("Auto-Submitted: auto-generated")) << sent_;
}

TEST_F(AlertsTest, NothingIsToldWhenNothingHappened) {
  deliver();
  EXPECT_TRUE(sent_to_.empty());
}

TEST_F(AlertsTest, AFailedTryIsRepeatedLaterAndGivenUpAfterADay) {
  finish_campaign();
  answer_ = Reply{451, "4.3.0", "later"};
  deliver();
  EXPECT_EQ(sent_to_.size(), 2u);  // both mailboxes were asked
  deliver();
  EXPECT_EQ(sent_to_.size(), 2u);
  clock_.advance(61s);
  deliver();
  EXPECT_EQ(sent_to_.size(), 4u);
  clock_.advance(24h);
  answer_ = Reply{250, "2.0.0", "queued"};
  deliver();
  clock_.advance(2h);
  deliver();
  EXPECT_EQ(sent_to_.size(), 4u);
}

TEST_F(AlertsTest, WithoutAnAddressNobodyIsToldAndNothingIsKeptForLater) {
  finish_campaign();
  Alerts(store_->alerts(), {}).deliver(context_, "");
  deliver();
  EXPECT_TRUE(sent_to_.empty());
}

TEST_F(AlertsTest, TheNamedMailboxGoesFirst) {
  finish_campaign();
  Alerts(store_->alerts(), {.email = "owner@example.net", .mailbox = "spare"}).deliver(context_, "");
  EXPECT_EQ(last_host(), "spare.example.com");
}

TEST_F(AlertsTest, ASuppressedOwnerGetsNothing) {
  const auto owner = parse_address("owner@example.net").value();
  store().suppress({.key = owner.key(), .reason = "asked for it", .created = clock_.wall_now()}).value();
  finish_campaign();
  deliver();
  EXPECT_TRUE(sent_to_.empty());
}

TEST_F(AlertsTest, StorageThatTakesNothingIsToldOfOnceAnHour) {
  alerts_.deliver(context_, "disk full");
  alerts_.deliver(context_, "disk full");
  ASSERT_EQ(sent_to_.size(), 1u);
  EXPECT_TRUE(sent_.contains("disk full")) << sent_;
  clock_.advance(61min);
  alerts_.deliver(context_, "disk full");
  EXPECT_EQ(sent_to_.size(), 2u);
}

TEST_F(AlertsTest, TheWaitGrowsToAnHour) {
  EXPECT_EQ(alert_backoff(0), Micros{1min});
  EXPECT_EQ(alert_backoff(3), Micros{8min});
  EXPECT_EQ(alert_backoff(6), Micros{1h});
  EXPECT_EQ(alert_backoff(100), Micros{1h});
}

}  // namespace
}  // namespace postrider
