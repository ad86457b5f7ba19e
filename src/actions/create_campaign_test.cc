#include "actions/create_campaign.h"

#include "actions/action_test.h"
#include "actions/update_campaign.h"

namespace postrider {
namespace {

class CreateCampaign : public ActionTest {};

TEST_F(CreateCampaign, MakesADraftOfTheRowsThatCanBeMailedAndReportsTheOthers) {
  add_office();
  ASSERT_TRUE(store().suppress({.key = "@blocked.example", .reason = "asked", .created = clock_.wall_now()}));
  const auto created = create(
      "Email,Name,Company\n"
      "ana@example.com,Ana,Acme\n"
      "not an address,Bo,Bolt\n"
      "ANA@example.com,Ana again,Acme\n"
      "cy@blocked.example,Cy,Core\n");
  ASSERT_TRUE(created.has_value()) << created.error().message;
  EXPECT_EQ(created->list.accepted, 1);
  EXPECT_EQ(created->list.bad, 1);
  EXPECT_EQ(created->list.duplicates, 1);
  EXPECT_EQ(created->list.suppressed, 1);
  ASSERT_EQ(rejects_.size(), 3U);
  EXPECT_EQ(rejects_[0].row, 3);
  EXPECT_TRUE(created->problems.empty());

  const auto campaign = store().campaign(created->id);
  ASSERT_TRUE(campaign.has_value());
  EXPECT_EQ(campaign->status, CampaignStatus::draft);
  EXPECT_EQ(campaign->source, "people.csv");
  EXPECT_EQ(campaign->counts.total(), 1);
}

TEST_F(CreateCampaign, NamesEverythingThatIsWrongWithTheSettingsAtOnce) {
  CampaignChange settings;
  settings.name = " ";
  settings.subject = "one\ntwo";
  settings.message = "";
  settings.max_tries = 11;
  settings.mailboxes = {"nobody"};
  settings.window = Window{.zone = "Mars/Olympus"};
  settings.brake_refusals = 5;
  settings.brake_percent = 0;
  const auto created = create(kThreePeople, settings);
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().kind, Error::Kind::invalid);
  for (const auto* part :
       {"7 problems", "name", "subject", "message is empty", "1 to 10", "nobody", "Mars/Olympus", "brake"}) {
    EXPECT_NE(created.error().message.find(part), std::string::npos)
        << part << " in " << created.error().message;
  }
  EXPECT_TRUE(store().campaigns({}, CampaignId{}, 10).empty());
}

TEST_F(CreateCampaign, LeavesNothingBehindWhenTheListCannotBeUsed) {
  add_office();
  context_.recipient_limit = 2;
  const auto too_long = create(kThreePeople);
  ASSERT_FALSE(too_long.has_value());
  const auto no_address = create("Name,Company\nAna,Acme\n");
  ASSERT_FALSE(no_address.has_value());
  EXPECT_EQ(no_address.error().code, "no_email_column");
  EXPECT_TRUE(store().campaigns({}, CampaignId{}, 10).empty());
}

TEST_F(CreateCampaign, TakesTheColumnsThatAreNamedAndFindsTheOtherByItself) {
  add_office();
  auto settings = letter();
  settings.message = "Hello {{ Full Name }}";
  const auto created =
      create("Contact,Full Name\nana@example.com,Ana\n", settings, {.email = "contact", .name = ""});
  ASSERT_TRUE(created.has_value()) << created.error().message;
  const auto emails = store().emails(created->id, {});
  ASSERT_EQ(emails.size(), 1U);
  EXPECT_EQ(emails[0].address, "ana@example.com");
  EXPECT_EQ(emails[0].name, "Ana");

  const auto unknown =
      create("Contact,Who\nana@example.com,Ana\n", settings, {.email = "address", .name = ""});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message, "The list has no column \"address\". It has: Contact, Who.");
}

TEST_F(CreateCampaign, TellsWhatStillKeepsTheDraftFromBeingSent) {
  add_office();
  auto settings = letter();
  settings.message = "Hello {{ Compny }}";
  const auto created = create(kThreePeople, settings);
  ASSERT_TRUE(created.has_value());
  ASSERT_EQ(created->problems.size(), 1U);
  EXPECT_NE(created->problems[0].message.find("Compny"), std::string::npos);

  CampaignChange mended;
  mended.message = "Hello {{ Company }}";
  const auto check = update_campaign(context_, created->id, mended);
  ASSERT_TRUE(check.has_value()) << check.error().message;
  EXPECT_TRUE(check->problems.empty());
  EXPECT_EQ(store().campaign(created->id)->subject, *letter().subject);
}

}  // namespace
}  // namespace postrider
