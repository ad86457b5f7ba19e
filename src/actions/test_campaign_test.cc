#include "actions/test_campaign.h"

#include "actions/action_test.h"
#include "actions/write_email.h"

namespace postrider {
namespace {

class TestCampaign : public ActionTest {
 protected:
  TestCampaign() {
    add_office();
    id_ = create(kThreePeople)->id;
  }
  std::string refused(const CampaignTest& test) {
    const auto answer = test_campaign(context_, id_, test);
    EXPECT_TRUE(sent_to_.empty());
    return answer ? "sent" : answer.error().code;
  }
  CampaignId id_;
};

TEST_F(TestCampaign, SendsOneMarkedMessageAndChangesNothing) {
  const auto before = store().campaign(id_);
  const auto answer = test_campaign(context_, id_, {.to = "me@example.net", .as = "3"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(sent_to_, std::vector<std::string>{"me@example.net"});
  EXPECT_EQ(answer->written_for, "cy@example.com");
  EXPECT_EQ(answer->reply.text, "queued");
  EXPECT_NE(sent_.find("Subject: [Test] Hello Cy\r\n"), std::string::npos) << sent_;
  EXPECT_NE(sent_.find("X-Postrider-Test-For: cy@example.com\r\n"), std::string::npos);
  EXPECT_NE(sent_.find("To: me@example.net\r\n"), std::string::npos);
  EXPECT_EQ(store().campaign(id_)->status, before->status);
  EXPECT_EQ(store().campaign(id_)->counts, before->counts);
  // Another test is another message: mail programs hide what they have seen.
  clock_.advance(std::chrono::seconds{1});
  EXPECT_NE(test_campaign(context_, id_, {.to = "me@example.net", .as = {}})->message_id, answer->message_id);
}

TEST_F(TestCampaign, RefusesOthersOfTheList) {
  EXPECT_EQ(refused({.to = "Bo@Example.com", .as = {}}), "tester_in_list");
  EXPECT_EQ(refused({.to = "bo@example.com", .as = "1"}), "tester_in_list");
  EXPECT_EQ(refused({.to = "not an address", .as = {}}), "bad_address");
  EXPECT_EQ(refused({.to = "me@example.net", .as = "9"}), "recipient_not_found");
  // bo says that bo@example.com is the tester's own.
  EXPECT_TRUE(test_campaign(context_, id_, {.to = "bo@example.com", .as = "2"}));
}

TEST_F(TestCampaign, TheMailboxsOwnAddressMayStandInTheList) {
  // ana@example.com is From of the office, and the first of the list.
  EXPECT_TRUE(test_campaign(context_, id_, {.to = "ana@example.com", .as = "2"}));
}

TEST_F(TestCampaign, RefusesTheSuppressedAndAMailboxThatStands) {
  ASSERT_TRUE(store().suppress({.key = "@example.net", .reason = "asked"}));
  EXPECT_EQ(refused({.to = "me@example.net", .as = {}}), "suppressed");
  ASSERT_TRUE(update_mailbox(context_, "office", {.cap_24h = 1}));
  ASSERT_TRUE(store().take_slot(store().find_mailbox("office")->id));
  EXPECT_EQ(refused({.to = "me@example.org", .as = {}}), "cap_used_up");
}

TEST_F(TestCampaign, TellsTheServersWords) {
  answer_ = std::unexpected(Trouble{.kind = Trouble::Kind::reply,
                                    .stage = Stage::rcpt,
                                    .reply = {550, "5.1.1", "who is that?"},
                                    .text = "refused"});
  const auto answer = test_campaign(context_, id_, {.to = "me@example.net", .as = {}});
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("550 5.1.1 who is that?"), std::string::npos)
      << answer.error().message;
  answer_ =
      std::unexpected(Trouble{.kind = Trouble::Kind::closed, .stage = Stage::dot, .text = "the line broke"});
  EXPECT_EQ(test_campaign(context_, id_, {.to = "me@example.net", .as = {}}).error().code, "uncertain");
}

TEST_F(TestCampaign, AnEmailThatCannotBeWrittenIsNamedWithItsRow) {
  auto settings = letter();
  settings.subject = "Dear {{ name }}";
  id_ = create(kThreePeople, settings)->id;
  const auto answer = write_email(context_, id_, "bo@example.com");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("Recipient 2 (row 3, bo@example.com)"), std::string::npos);
  EXPECT_EQ(write_email(context_, id_, "")->email.ordinal, 1);
  EXPECT_EQ(write_email(context_, id_, "0").error().code, "bad_recipient");
}

}  // namespace
}  // namespace postrider
