#include "actions/write_back.h"

#include <gmock/gmock.h>

#include "actions/action_test.h"
#include "actions/duplicate_campaign.h"
#include "actions/retry_campaign.h"
#include "actions/sheet_list.h"
#include "actions/sheet_test.h"
#include "actions/start_campaign.h"
#include "actions/stop_campaign.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class WriteBackTest : public ActionTest {
 protected:
  WriteBackTest() {
    context_.sheets = &sheets_;
    add_office();
    sheets_.tab().rows = {{"Email", "Name", "Company"},
                          {"ana@example.com", "Ana", "Acme"},
                          {"bo@example.com", "Bo", "Bolt"},
                          {"cy@example.com", "Cy", "Cyan"}};
    sheets_.tabs.push_back({8, "Other", {{"Email", "x"}, {"ana@example.com", "y"}}, 26});
  }

  CampaignId create(SheetRequest request = {}) {
    request.sheet = sheets_.sheet_id;
    const auto created = create_from_sheet(context_, letter(), request,
                                           [this](const Reject& reject) { rejects_.push_back(reject); });
    EXPECT_TRUE(created) << created.error().message;
    return created ? created->id : CampaignId{};
  }
  CampaignId start(SheetRequest request = {}) {
    const auto id = create(std::move(request));
    const auto answer = start_campaign(context_, id, {});
    EXPECT_TRUE(answer && answer->started())
        << (answer ? answer->problems.front().message : answer.error().message);
    return id;
  }
  /// Rounds until the sheet shows everything.
  void write_all() {
    for (int i = 0; i < 20; ++i) {
      clock_.advance(10s);
      write_back_.look(context_);
    }
  }
  std::string status(const std::string& address) {
    const auto& rows = sheets_.tab().rows;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t column = 0; column < rows[row].size(); ++column) {
        if (rows[row][column] == address)
          return sheets_.cell(static_cast<std::int64_t>(row + 1), status_column());
      }
    }
    return "no such row";
  }
  std::int64_t status_column() {
    for (const auto& row : sheets_.tab().rows) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        if (row[column] == "Email Status") return static_cast<std::int64_t>(column + 1);
      }
    }
    return 26;
  }
  static AttemptOutcome bo_is_refused(const std::string& address) {
    return address.starts_with("bo") ? refused(address) : accepted(address);
  }

  MemorySheets sheets_;
  WriteBack write_back_;
};

TEST_F(WriteBackTest, EveryOutcomeStandsBesideItsAddress) {
  const auto id = start();
  EXPECT_EQ(sheets_.cell(1, 4), "Email Status");
  work(bo_is_refused);
  write_all();
  EXPECT_EQ(status("ana@example.com"), "Sent 2026-11-23 09:00:00 UTC");
  EXPECT_EQ(status("bo@example.com"), "Failed: The server refused the message.");
  EXPECT_EQ(status("cy@example.com"), "Sent 2026-11-23 09:00:00 UTC");
  EXPECT_EQ(sheets_.count("write"), 2);  // the header, and one for all of them
  EXPECT_TRUE(context_.sheet_store.find(id)->shown_at);
  // Seen to be there, it is not looked at again until something happens.
  const auto calls = sheets_.calls;
  write_all();
  EXPECT_EQ(sheets_.calls, calls);
  EXPECT_EQ(sheets_.tab("Other").rows, (MemorySheets::Rows{{"Email", "x"}, {"ana@example.com", "y"}}));
}

TEST_F(WriteBackTest, ChangesAfterTheEndAreWrittenToo) {
  const auto id = start();
  work(bo_is_refused);
  write_all();
  ASSERT_TRUE(retry_campaign(context_, id));
  write_all();
  EXPECT_EQ(status("bo@example.com"), "");
  work(accepted);
  write_all();
  EXPECT_THAT(status("bo@example.com"), HasSubstr("Sent "));
}

TEST_F(WriteBackTest, WhoeverLeavesIsMarked) {
  const auto id = start();
  work(accepted);
  write_all();
  const Suppression left{.key = "cy@example.com",
                         .reason = "unsubscribed",
                         .created = clock_.wall_now(),
                         .kind = SuppressionKind::unsubscribed,
                         .campaign = id};
  ASSERT_TRUE(store().suppress({&left, 1}));
  write_all();
  EXPECT_EQ(status("cy@example.com"), "Unsubscribed");
  EXPECT_THAT(status("ana@example.com"), HasSubstr("Sent "));
}

TEST_F(WriteBackTest, RowsThatMoveBetweenReadingAndWritingMarkNobodyWrong) {
  start();
  work(bo_is_refused);
  sheets_.before = [&](const std::string& call) -> std::optional<Error> {
    if (call == "write") {
      sheets_.before = nullptr;
      auto& rows = sheets_.tab().rows;
      std::swap(rows[1], rows[3]);
      rows.insert(rows.begin() + 1, {"stranger@example.com", "New"});
      rows.insert(rows.begin(), {"A title"});
    }
    return std::nullopt;
  };
  write_all();
  EXPECT_EQ(status("stranger@example.com"), "");
  EXPECT_THAT(status("ana@example.com"), HasSubstr("Sent "));
  EXPECT_THAT(status("bo@example.com"), HasSubstr("Failed: "));
  EXPECT_THAT(status("cy@example.com"), HasSubstr("Sent "));
  EXPECT_EQ(sheets_.cell(1, 1), "A title");
  EXPECT_EQ(sheets_.cell(1, 4), "");
}

TEST_F(WriteBackTest, APendingPersonThatWasMarkedByMistakeIsUnmarked) {
  const auto id = start();
  sheets_.put("Leads", 3, 4, "Sent 2026-11-23 09:00:00 UTC");  // as if a round had met moving rows
  write_all();
  EXPECT_EQ(status("bo@example.com"), "");
  sheets_.put("Leads", 3, 4, "call first");  // somebody's own words stay
  ASSERT_TRUE(stop_campaign(context_, id));
  write_all();
  EXPECT_THAT(status("bo@example.com"), HasSubstr("Skipped"));
}

TEST_F(WriteBackTest, WhatStoodThereBeforeStaysUntilThereIsSomethingToSay) {
  sheets_.tab().rows[0] = {"Email", "Name", "Company", "Email Status"};
  sheets_.tab().rows[1].push_back("Sent 2026-01-01 08:00:00 UTC");
  start();
  write_all();
  EXPECT_EQ(status("ana@example.com"), "Sent 2026-01-01 08:00:00 UTC");
  work(accepted);
  write_all();
  EXPECT_EQ(status("ana@example.com"), "Sent 2026-11-23 09:03:20 UTC");
}

TEST_F(WriteBackTest, ColumnsMayMove) {
  start();
  work(accepted);
  for (auto& row : sheets_.tab().rows) row.insert(row.begin(), "new");
  write_all();
  EXPECT_EQ(sheets_.cell(1, 5), "Email Status");
  EXPECT_THAT(sheets_.cell(2, 5), HasSubstr("Sent "));
  EXPECT_EQ(sheets_.cell(2, 4), "Acme");
}

TEST_F(WriteBackTest, TroubleIsKeptAndTriedAgainAndTouchesNoMail) {
  const auto id = start();
  sheets_.before = [](const std::string& call) -> std::optional<Error> {
    if (call == "write") return Error{Error::Kind::unavailable, "sheet_quota", "Used up."};
    return std::nullopt;
  };
  EXPECT_EQ(work(accepted), 3);
  write_all();
  auto link = *context_.sheet_store.find(id);
  EXPECT_EQ(link.trouble_code, "sheet_quota");
  EXPECT_EQ(link.trouble, "Used up.");
  EXPECT_GT(link.tries, 1);
  EXPECT_LT(link.tries, 6);  // 200 seconds, a minute between two tries
  sheets_.before = nullptr;
  clock_.advance(10min);
  write_all();
  link = *context_.sheet_store.find(id);
  EXPECT_EQ(link.trouble, "");
  EXPECT_EQ(link.tries, 0);
  EXPECT_THAT(status("ana@example.com"), HasSubstr("Sent "));
}

TEST_F(WriteBackTest, ATabThatIsGoneIsTold) {
  const auto id = start();
  sheets_.tabs.front() = {9, "Leads", {{"Email", "Name", "Email Status"}, {"ana@example.com"}}, 26};
  work(accepted);
  write_all();
  EXPECT_EQ(context_.sheet_store.find(id)->trouble_code, "sheet_tab_gone");
  EXPECT_EQ(sheets_.tab().rows[1], std::vector<std::string>{"ana@example.com"});  // another tab of that name
}

TEST_F(WriteBackTest, NoRightToWriteRefusesTheStart) {
  const auto id = create();
  sheets_.before = [](const std::string& call) -> std::optional<Error> {
    if (call == "write")
      return Error{Error::Kind::invalid, "sheet_no_access", "Share the sheet with robot as Editor."};
    return std::nullopt;
  };
  const auto refused = start_campaign(context_, id, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "sheet_no_access");
  EXPECT_THAT(refused.error().message, HasSubstr("--no-write-back"));
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::draft);
  const auto started = start_campaign(context_, id, {.no_write_back = true});
  ASSERT_TRUE(started && started->started());
  work(accepted);
  write_all();
  EXPECT_EQ(sheets_.cell(1, 4), "");
}

TEST_F(WriteBackTest, TheColumnIsMadeOnceAlsoBeyondTheGrid) {
  sheets_.tab().columns = 3;
  start();
  EXPECT_EQ(sheets_.tab().columns, 4);
  EXPECT_EQ(sheets_.cell(1, 4), "Email Status");
  start();
  EXPECT_EQ(sheets_.tab().columns, 4);
  EXPECT_EQ(sheets_.cell(1, 5), "");
}

TEST_F(WriteBackTest, TestModeWritesNothing) {
  const auto id = create();
  ASSERT_TRUE(start_campaign(context_, id, {.test_to = "catcher"}));
  work(accepted);
  write_all();
  EXPECT_EQ(sheets_.cell(1, 4), "");
  EXPECT_EQ(sheets_.cell(2, 4), "");
}

TEST_F(WriteBackTest, AListIsReadAsWhereverItLies) {
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

TEST_F(WriteBackTest, ADraftsListCanBeReadAgain) {
  const auto id = create();
  sheets_.tab().rows.push_back({"di@example.com", "Di", "Dot"});
  const auto again =
      read_sheet_list(context_, id, *sheet_of(context_, *store().campaign(id)), [](const Reject&) {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->list.accepted, 4);
  EXPECT_EQ(store().campaign(id)->counts.pending, 4);
}

TEST_F(WriteBackTest, OnlyRowsWithoutStatusIfAsked) {
  sheets_.tab().rows[0].push_back("Email Status");
  sheets_.tab().rows[1].push_back("Sent 2026-01-01 08:00:00 UTC");
  const auto id = create({.only_unmarked = true});
  EXPECT_EQ(store().campaign(id)->counts.pending, 2);
  EXPECT_THAT(rejects_.at(0).reason, HasSubstr("has a status already"));
}

TEST_F(WriteBackTest, BadRequestsAreToldBeforeAnythingIsMade) {
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

TEST_F(WriteBackTest, APreviewCountsWithoutMakingAnything) {
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

TEST_F(WriteBackTest, ATabThatIsRenamedWhileItIsReadIsLookedForOnceMore) {
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

TEST_F(WriteBackTest, OfTwoAddressColumnsTheLeftOneIsTakenAndTheOtherNamed) {
  sheets_.tab().rows[0] = {"Name", "Email", "E-Mail"};
  sheets_.tab().rows[1] = {"Ana", "ana@example.com", "other@example.com"};
  sheets_.tab().rows.resize(2);
  auto change = letter();
  change.message = "Hi.\n";
  const auto created = create_from_sheet(context_, change, {.sheet = sheets_.sheet_id}, [](const Reject&) {});
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_THAT(created->warnings, testing::Contains(HasSubstr("\"Email\", not from E-Mail")));
}

TEST_F(WriteBackTest, ACopyWritesToTheSameSheet) {
  const auto id = start();
  work(bo_is_refused);
  write_all();
  const auto copy = duplicate_campaign(context_, id, "failed", "");
  ASSERT_TRUE(copy);
  ASSERT_TRUE(start_campaign(context_, *copy, {})->started());
  clock_.advance(1h);
  work(accepted);
  write_all();
  EXPECT_THAT(status("bo@example.com"), HasSubstr("Sent 2026-11-23 10:"));
  EXPECT_THAT(status("ana@example.com"), HasSubstr("Sent 2026-11-23 09:"));
}

TEST_F(WriteBackTest, ARestoredBackupWritesNothing) {
  start();
  work(accepted);
  store().set_meta("quarantined_at", std::to_string(to_micros(clock_.wall_now())));
  const auto calls = sheets_.calls;
  write_all();
  EXPECT_EQ(sheets_.calls, calls);
}

TEST_F(WriteBackTest, WhatLandsBesideStrangersIsTakenBackHoweverOftenRowsMove) {
  start();
  sheets_.tab().rows.push_back({"stranger@example.com", "New"});
  sheets_.tab().rows.push_back({"other@example.com", "New", "", "my own note"});
  work(bo_is_refused);
  int turns = 0;
  sheets_.before = [&](const std::string& call) -> std::optional<Error> {
    auto& rows = sheets_.tab().rows;
    if (call == "write" && ++turns <= 4) std::rotate(rows.begin() + 1, rows.begin() + 2, rows.end());
    return std::nullopt;
  };
  write_all();
  EXPECT_GT(turns, 4);
  EXPECT_EQ(status("stranger@example.com"), "");
  EXPECT_EQ(status("other@example.com"), "my own note");
  EXPECT_THAT(status("ana@example.com"), HasSubstr("Sent "));
  EXPECT_THAT(status("bo@example.com"), HasSubstr("Failed: "));
  EXPECT_THAT(status("cy@example.com"), HasSubstr("Sent "));
}

}  // namespace
}  // namespace postrider
