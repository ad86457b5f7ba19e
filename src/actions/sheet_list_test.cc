#include "actions/sheet_list.h"

#include "actions/sheet_campaign_test.h"

namespace postrider {
namespace {

using ::testing::HasSubstr;

using SheetListTest = SheetCampaignTest;

TEST_F(SheetListTest, AListIsReadAsWhereverItLies) {
  sheets_.tab().rows = {
      {"Our leads"},       {},       {"E-Mail", "Name"}, {"ana@example.com", "Ana"}, {"nonsense"},
      {"ANA@example.com"}, {"#REF!"}};
  const auto id = create({.range = "Leads!A3:B"});
  const auto campaign = store().campaign(id);
  EXPECT_EQ(campaign->counts.pending, 1);
  EXPECT_EQ(campaign->form.sheet_id, sheets_.sheet_id);
  EXPECT_EQ(campaign->form.sheet_range, "Leads!A3:B");
  EXPECT_EQ(campaign->source, "Team, 'Leads'!A3:B1000");
  std::vector<std::pair<std::int64_t, std::string>> told;
  for (const auto& reject : rejects_) told.emplace_back(reject.row, reject.reason.substr(0, 9));
  EXPECT_EQ(told, (std::vector<std::pair<std::int64_t, std::string>>{
                      {5, "bad addre"}, {6, "duplicate"}, {7, "bad row: "}}));
}

TEST_F(SheetListTest, ADraftsListCanBeReadAgain) {
  const auto id = create();
  sheets_.tab().rows.push_back({"di@example.com", "Di", "Dot"});
  const auto again =
      read_sheet_list(context_, id, *sheet_of(context_, *store().campaign(id)), [](const Reject&) {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->list.accepted, 4);
  EXPECT_EQ(store().campaign(id)->counts.pending, 4);
}

TEST_F(SheetListTest, OnlyRowsWithoutStatusIfAsked) {
  sheets_.tab().rows[0].push_back("Email Status");
  sheets_.tab().rows[1].push_back("Sent 2026-01-01 08:00:00 UTC");
  const auto id = create({.only_unmarked = true});
  EXPECT_EQ(store().campaign(id)->counts.pending, 2);
  EXPECT_THAT(rejects_.at(0).reason, HasSubstr("has a status already"));
}

TEST_F(SheetListTest, BadRequestsAreToldBeforeAnythingIsMade) {
  const auto refused = [&](SheetRequest request) {
    if (request.sheet.empty()) request.sheet = sheets_.sheet_id;
    const auto made = create_from_sheet(context_, letter(), request, [](const Reject&) {});
    return made ? std::string("made") : made.error().code;
  };
  EXPECT_EQ(refused({.sheet = "https://evil.example/spreadsheets/d/1234567890123"}), "bad_sheet_id");
  EXPECT_EQ(refused({.sheet = "another-sheet-1"}), "sheet_not_found");
  EXPECT_EQ(refused({.range = "A:Z!B"}), "bad_sheet_range");
  EXPECT_EQ(refused({.range = "Nowhere!A:Z"}), "bad_sheet_range");
  EXPECT_EQ(refused({.range = "A2000:B"}), "bad_sheet_range");
  EXPECT_EQ(refused({.range = "B:C"}), "no_email_column");
  EXPECT_EQ(refused({.range = "D:F"}), "no_header");
  EXPECT_EQ(refused({.columns = {.email = "Address", .name = {}}}), "no_such_column");
  EXPECT_EQ(refused({.status_header = "email"}), "bad_status_column");
  EXPECT_EQ(refused({.status_header = " "}), "bad_status_column");
  context_.sheets = nullptr;
  EXPECT_EQ(refused({}), "sheets_not_configured");
  EXPECT_TRUE(store().campaigns({}, CampaignId{}, 10).empty());
}

TEST_F(SheetListTest, APreviewCountsWithoutMakingAnything) {
  sheets_.tab().rows.push_back({"nonsense"});
  sheets_.tab().rows.push_back({"ANA@example.com"});
  const auto preview = preview_sheet(context_, {.sheet = sheets_.sheet_id, .range = "A:Z"}, 2);
  ASSERT_TRUE(preview) << preview.error().message;
  EXPECT_EQ(preview->title, "Team");
  EXPECT_EQ(preview->tab, "Leads");
  EXPECT_EQ(preview->rows, 5);
  EXPECT_EQ(preview->valid, 3);
  EXPECT_EQ(preview->invalid, 1);
  EXPECT_EQ(preview->duplicates, 1);
  EXPECT_EQ(preview->email_column, "Email");
  EXPECT_EQ(preview->name_column, "Name");
  EXPECT_EQ(preview->sample.size(), 2u);
  EXPECT_EQ(sheets_.count("read"), 1);
}

TEST_F(SheetListTest, ATabThatIsRenamedWhileItIsReadIsLookedForOnceMore) {
  sheets_.before = [&](const std::string& call) -> std::optional<Error> {
    if (call != "read") return std::nullopt;
    sheets_.before = nullptr;
    sheets_.tab().title = "Prospects";
    return Error{Error::Kind::invalid, "bad_sheet_range", "Unable to parse range"};
  };
  const auto created =
      create_from_sheet(context_, letter(), {.sheet = sheets_.sheet_id}, [](const Reject&) {});
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(created->list.accepted, 3);
  EXPECT_EQ(context_.sheet_store.find(created->id)->tab, "Prospects");
}

TEST_F(SheetListTest, OfTwoAddressColumnsTheLeftOneIsTakenAndTheOtherNamed) {
  sheets_.tab().rows[0] = {"Name", "Email", "E-Mail"};
  sheets_.tab().rows[1] = {"Ana", "ana@example.com", "other@example.com"};
  sheets_.tab().rows.resize(2);
  auto change = letter();
  change.message = "Hi.\n";
  const auto created = create_from_sheet(context_, change, {.sheet = sheets_.sheet_id}, [](const Reject&) {});
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_THAT(created->warnings, testing::Contains(HasSubstr("\"Email\", not from E-Mail")));
}

}  // namespace
}  // namespace postrider
