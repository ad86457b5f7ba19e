#include "actions/export_campaign.h"

#include "actions/action_test.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class ExportCampaign : public ActionTest {
 protected:
  /// The export, read back as a list is read.
  std::vector<std::vector<std::string>> exported(CampaignId id) {
    std::stringstream file;
    const auto rows = export_campaign(context_, id, file);
    EXPECT_TRUE(rows.has_value());
    const auto source = make_csv_source(file, "export.csv");
    std::vector<std::vector<std::string>> table = {*source->headers()};
    while (true) {
      const auto row = source->next();
      if (!row || !*row) break;
      table.push_back((*row)->values);
    }
    EXPECT_EQ(static_cast<std::size_t>(rows.value_or(-1)) + 1, table.size());
    return table;
  }
};

TEST_F(ExportCampaign, AccountsForEveryRecipientInTheServersWords) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  work([](const std::string& address) {
    return address == "bo@example.com" ? refused(address) : accepted(address);
  });

  const auto table = exported(id);
  ASSERT_EQ(table.size(), 4U);
  const std::vector<std::string> begin(table[0].begin(), table[0].begin() + 13);
  EXPECT_EQ(begin,
            (std::vector<std::string>{"ordinal", "row", "email", "name", "status", "planned", "sent_at",
                                      "tries", "code", "enhanced", "server_text", "reason", "message_id"}));
  EXPECT_EQ(table[0].back(), "Company");
  EXPECT_EQ(table[1][2], "ana@example.com");
  EXPECT_EQ(table[1][4], "sent");
  EXPECT_EQ(table[1][6], "2026-11-23T09:00:00Z");
  EXPECT_EQ(table[1][8], "250");
  EXPECT_EQ(table[1][10], "queued as 4711");
  EXPECT_EQ(table[1].back(), "Acme");
  EXPECT_EQ(table[2][4], "failed");
  EXPECT_EQ(table[2][8], "554");
  EXPECT_EQ(table[2][10], "=looks like spam") << "as it was; in the file a spreadsheet does not run it";
  EXPECT_EQ(table[2][11], "The server refused the message.");
}

TEST_F(ExportCampaign, ShowsADraftsRecipientsAsPending) {
  add_office();
  const auto id = create("E-Mail;status;Company\nana@example.com;new;Acme\n")->id;
  const auto table = exported(id);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[1][4], "pending");
  // A column of the list that is called like one of ours is told apart.
  EXPECT_NE(std::ranges::find(table[0], "list_status"), table[0].end());
  EXPECT_EQ(std::ranges::count(table[0], "email"), 1);
}

TEST_F(ExportCampaign, CanBeTheListOfTheNextCampaign) {
  add_office();
  const auto id = create(kThreePeople)->id;
  std::ostringstream file;
  ASSERT_TRUE(export_campaign(context_, id, file).has_value());
  const auto next = create(file.str());
  ASSERT_TRUE(next.has_value()) << next.error().message;
  EXPECT_EQ(next->list.accepted, 3);
  EXPECT_TRUE(next->problems.empty());
}

TEST_F(ExportCampaign, CrossesPagesWithoutLosingARow) {
  add_office();
  std::string csv = "Email,Company\n";
  for (int i = 1; i <= 2345; ++i) csv += "person" + std::to_string(i) + "@example.com,Acme\n";
  const auto table = exported(create(csv)->id);
  ASSERT_EQ(table.size(), 2346U);
  for (std::size_t i = 1; i < table.size(); ++i) ASSERT_EQ(table[i][0], std::to_string(i));
}

TEST_F(ExportCampaign, SaysWhenThereIsNoRoom) {
  add_office();
  const auto id = create(kThreePeople)->id;
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  const auto rows = export_campaign(context_, id, full);
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code, "export_failed");
}

}  // namespace
}  // namespace postrider
