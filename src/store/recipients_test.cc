#include <sstream>

#include "store/nouns_fixture.h"

namespace postrider {
namespace {

class Recipients : public NounsTest {
 protected:
  Result<ImportReport> read(CampaignId id, RecipientSource& source, std::int64_t limit = 0) {
    return nouns().import(id, source, {.email = 0, .name = 1}, limit,
                          [this](const Reject& reject) { rejects_.push_back(reject); });
  }
  std::vector<Reject> rejects_;
};

TEST_F(Recipients, AreReadAndWhatIsNotIsReportedRowByRow) {
  nouns().suppress({.key = "no@example.org", .reason = "unsubscribed"}).value();
  nouns().suppress({.key = "@blocked.org", .reason = "added by hand"}).value();
  const auto id = add_draft({});
  ListSource source({"E-Mail", "Full Name", "City"}, {{"Ana@Example.org", " Ana ", "Rome"},
                                                      {"bad", "B", ""},
                                                      {"ana@example.org", "Again", "Oslo"},
                                                      {"no@example.org", "No", ""},
                                                      {"x@blocked.org", "X", ""},
                                                      {"", "Nobody", ""},
                                                      {"eva@example.org", "", ""}});
  const auto report = read(id, source).value();
  EXPECT_EQ(report.accepted, 2);
  EXPECT_EQ(report.bad, 2);
  EXPECT_EQ(report.duplicates, 1);
  EXPECT_EQ(report.suppressed, 2);
  ASSERT_EQ(rejects_.size(), 5u);
  EXPECT_EQ(rejects_[0].row, 3);
  EXPECT_EQ(rejects_[0].address, "bad");
  EXPECT_EQ(rejects_[0].reason.substr(0, 13), "bad address: ");
  EXPECT_EQ(rejects_[1].reason, "duplicate of row 2");
  EXPECT_EQ(rejects_[2].reason, "suppressed: unsubscribed");
  EXPECT_EQ(rejects_[3].reason, "suppressed: added by hand");
  EXPECT_EQ(rejects_[4].reason, "no address");

  const auto rows = nouns().recipients(id, 0, 10).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].address.text(), "Ana@example.org");
  EXPECT_EQ(rows[0].name, "Ana");
  EXPECT_EQ(rows[1].ordinal, 2);
  EXPECT_EQ(rows[1].source_row, 8);
  expect_counts(id, {.pending = 2});
}

/// A quote that was not doubled shifts all cells behind it: what stands under "email" may be anything.
TEST_F(Recipients, AreNoneWhereTheSourceHasAProblemWithTheRow) {
  const auto id = add_draft({});
  std::istringstream in(
      "email,name,city\nana@example.org,Ana,Rome\neva@example.org,\"Eva\" Lee,Oslo\n"
      "max@example.org,Max,Bonn,x\n");
  const auto source = make_csv_source(in, "list.csv");
  const auto report = read(id, *source).value();
  EXPECT_EQ(report.accepted, 1);
  EXPECT_EQ(report.bad, 2);
  ASSERT_EQ(rejects_.size(), 2u);
  EXPECT_EQ(rejects_[0].row, 3);
  EXPECT_EQ(rejects_[0].address, "eva@example.org");
  EXPECT_EQ(rejects_[0].reason,
            "bad row: the cell in column 2 goes on after its closing quote; double quotes that are part of "
            "the text");
  EXPECT_EQ(rejects_[1].reason, "bad row: the row has 4 cells, the header has 3");
  expect_counts(id, {.pending = 1});
}

TEST_F(Recipients, AlwaysHaveANameAndAnEmailField) {
  const auto id = add_draft({});
  ListSource source({"E-Mail", "Full Name", "City"},
                    {{"ana@example.org", "Ana", "Rome"}, {"eva@example.org", "", ""}});
  ASSERT_TRUE(read(id, source));
  const auto columns = campaign(id).columns;
  ASSERT_EQ(columns.size(), 5u);
  EXPECT_EQ(columns[3].header, "name");
  EXPECT_EQ(columns[4].header, "email");
  EXPECT_EQ(columns[2].empty, 1);
  EXPECT_EQ(columns[2].empty_rows, std::vector<std::int64_t>{3});
  EXPECT_EQ(columns[3].empty, 1);
  EXPECT_EQ(columns[4].empty, 0);
  const auto rows = nouns().recipients(id, 0, 10).value();
  EXPECT_EQ(rows[0].values,
            (std::vector<std::string>{"ana@example.org", "Ana", "Rome", "Ana", "ana@example.org"}));

  const auto plain = add_draft(people(1));
  EXPECT_EQ(campaign(plain).columns.size(), 2u);
}

TEST_F(Recipients, AreFoundByTheirAddressWhateverItsSpelling) {
  const auto id = add_draft(people(30));
  const auto found = nouns().emails(id, {.address = "p17@example.org"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].ordinal, 17);
  EXPECT_TRUE(nouns().emails(id, {.address = "nobody@example.org"}).empty());
  const auto copy = nouns().duplicate(id, "all", "").value();
  EXPECT_EQ(nouns().emails(copy, {.address = "p17@example.org"}).size(), 1u);
}

TEST_F(Recipients, OverTheLimitLeaveNothingBehind) {
  const auto id = add_draft({});
  ListSource source({"email", "name"}, people(12'000));
  EXPECT_EQ(code_of(read(id, source, 11'999)), "too_many_recipients");
  EXPECT_TRUE(nouns().recipients(id, 0, 10)->empty());
  expect_counts(id, {});
  ListSource again({"email", "name"}, people(12'000));
  EXPECT_EQ(read(id, again, 12'000)->accepted, 12'000);
}

TEST_F(Recipients, FromASourceThatBreaksLeaveNothingBehind) {
  const auto id = add_draft({});
  ListSource source({"email", "name"}, people(12'000));
  source.fails_at = 11'000;
  EXPECT_EQ(code_of(read(id, source)), "unreadable");
  EXPECT_TRUE(nouns().recipients(id, 0, 10)->empty());
}

TEST_F(Recipients, ComeOnceIntoADraft) {
  const auto id = add_draft();
  ListSource source({"email", "name"}, people(3));
  EXPECT_EQ(code_of(read(id, source)), "campaign_has_list");
  ASSERT_TRUE(nouns().start(id, std::nullopt, {}));
  EXPECT_EQ(code_of(read(id, source)), "campaign_not_editable");
  EXPECT_EQ(code_of(read(CampaignId{99}, source)), "campaign_not_found");
}

TEST_F(Recipients, AreNotDeletedOrReadTwiceWhileTheirListIsBeingRead) {
  const auto id = add_draft({});
  auto rows = people(2);
  rows.push_back({"bad", ""});
  ListSource source({"email", "name"}, rows);
  std::string second, removal;
  const auto report = nouns().import(id, source, {.email = 0, .name = 1}, 0, [&](const Reject&) {
    ListSource other({"email", "name"}, people(1));
    second = code_of(nouns().import(id, other, {.email = 0, .name = 1}, 0, {}));
    removal = code_of(nouns().delete_campaign(id));
  });
  EXPECT_EQ(report->accepted, 2);
  EXPECT_EQ(second, "campaign_busy");
  EXPECT_EQ(removal, "campaign_busy");
}

}  // namespace
}  // namespace postrider
