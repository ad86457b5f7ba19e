#include "actions/write_back.h"

#include "actions/duplicate_campaign.h"
#include "actions/retry_campaign.h"
#include "actions/sheet_campaign_test.h"
#include "actions/stop_campaign.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class WriteBackTest : public SheetCampaignTest {
 protected:
  /// Rounds until the sheet shows everything.
  void write_all() {
    for (int i = 0; i < 20; ++i) {
      clock_.advance(10s);
      write_back_.look(context_);
    }
  }

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
  sheets_.insert_column(1, "new");
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

TEST_F(WriteBackTest, AColumnThatIsPutInBetweenReadingAndWritingLosesNothing) {
  start();
  work(bo_is_refused);
  int turns = 0;
  sheets_.before = [&](const std::string& call) -> std::optional<Error> {
    if (call == "write" && ++turns == 1) sheets_.insert_column(4, "note");
    return std::nullopt;
  };
  write_all();
  EXPECT_EQ(sheets_.cell(1, 5), "Email Status");
  EXPECT_THAT(sheets_.cell(2, 5), HasSubstr("Sent "));
  for (std::int64_t row = 1; row <= 4; ++row) EXPECT_EQ(sheets_.cell(row, 4), "note");
}

TEST_F(WriteBackTest, ColumnsMayMoveWhileTheColumnIsMade) {
  for (const std::string_view at : {"read_columns", "anchor", "write"}) {
    sheets_.tab().rows = {{"Email", "Name"}, {"ana@example.com", "Ana"}, {"bo@example.com", "Bo"}};
    bool moved = false;
    sheets_.before = [&](const std::string& call) -> std::optional<Error> {
      if (call == at && !std::exchange(moved, true)) sheets_.insert_column(2, "note");
      return std::nullopt;
    };
    auto change = letter();
    change.message = "Hi.\n";
    const auto created =
        create_from_sheet(context_, change, {.sheet = sheets_.sheet_id}, [](const Reject&) {});
    ASSERT_TRUE(created);
    ASSERT_TRUE(start_campaign(context_, created->id, {})->started());
    work(accepted);
    write_all();
    for (std::int64_t row = 1; row <= 3; ++row) EXPECT_EQ(sheets_.cell(row, 2), "note") << at;
    EXPECT_EQ(sheets_.cell(1, 4), "Email Status") << at;
    EXPECT_THAT(sheets_.cell(2, 4), HasSubstr("Sent ")) << at;
    EXPECT_EQ(sheets_.cell(2, 3), "Ana") << at;
  }
}

TEST_F(WriteBackTest, WhatStandsBehindTheLastHeaderWithoutOneIsLeftAlone) {
  sheets_.put("Leads", 40, 4, "a sum");
  start();
  EXPECT_EQ(sheets_.cell(1, 5), "Email Status");
  EXPECT_EQ(sheets_.cell(1, 4), "");
  work(accepted);
  write_all();
  EXPECT_THAT(sheets_.cell(2, 5), HasSubstr("Sent "));
  EXPECT_EQ(sheets_.cell(40, 4), "a sum");
}

TEST_F(WriteBackTest, StatusesThatWereCutAndPastedElsewhereAreFound) {
  start();
  work(accepted);
  for (std::int64_t row = 1; row <= 4; ++row) {
    sheets_.put("Leads", row, 7, sheets_.cell(row, 4));  // texts move, the anchor stays
    sheets_.put("Leads", row, 4, "mine");
  }
  write_all();
  EXPECT_EQ(sheets_.cell(1, 7), "Email Status");
  EXPECT_THAT(sheets_.cell(3, 7), HasSubstr("Sent "));
  for (std::int64_t row = 1; row <= 4; ++row) EXPECT_EQ(sheets_.cell(row, 4), "mine");
}

TEST_F(WriteBackTest, ALostAnchorIsTiedAnew) {
  const auto id = start();
  sheets_.anchors.front().column = 0;
  work(accepted);
  write_all();
  EXPECT_EQ(context_.sheet_store.find(id)->anchor, 2);
  EXPECT_THAT(sheets_.cell(3, 4), HasSubstr("Sent "));
}

}  // namespace
}  // namespace postrider
