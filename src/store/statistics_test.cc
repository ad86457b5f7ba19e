#include <algorithm>

#include "store/nouns_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.sql.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

/// The fixture's expect_counts, which most tests of this room end with, holds each campaign's series against
/// a recount; here is what it says to people.
class Statistics : public NounsTest {
 protected:
  std::vector<SeriesPoint> series(std::optional<CampaignId> id, SeriesUnit unit) {
    return nouns().series(id, clock_.wall_now() - 24h * 30, clock_.wall_now() + 1h, unit).value();
  }
  WallTime nine() const { return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h}; }
};

TEST_F(Statistics, SayInWhichHourEmailsEnded) {
  const auto id = start(people(4));
  auto due = claim();
  ASSERT_EQ(due.size(), 4u);
  end(due[0], delivered());
  clock_.advance(59min);
  end(due[1], delivered());
  clock_.advance(1min);
  end(due[2], refused());
  end(due[3], unknown());
  const auto hours = series(id, SeriesUnit::hour);
  ASSERT_EQ(hours.size(), 2u);
  EXPECT_EQ(hours[0].start, nine());
  EXPECT_EQ(hours[0].counts, (Counts{.sent = 2}));
  EXPECT_EQ(hours[1].start, nine() + 1h);
  EXPECT_EQ(hours[1].counts, (Counts{.failed = 1, .uncertain = 1}));
  const auto days = series(id, SeriesUnit::day);
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].start, nine() - 9h);
  EXPECT_EQ(days[0].counts, (Counts{.sent = 2, .failed = 1, .uncertain = 1}));
  expect_counts(id, {.sent = 2, .failed = 1, .uncertain = 1});
}

TEST_F(Statistics, CountAnEmailOnceWhateverBecomesOfItLater) {
  const auto id = start(people(3));
  auto due = claim();
  end(due[0], refused());
  clock_.advance(1h);
  end(due[1], refused());
  end(due[2], unknown());
  expect_counts(id, {.failed = 2, .uncertain = 1});

  clock_.advance(5h);
  const auto [campaign, doubtful] = nouns().uncertain({}, 1).at(0);
  ASSERT_TRUE(nouns().resolve_uncertain(doubtful.id, CampaignStore::Resolution::sent, "ana"));
  expect_counts(id, {.sent = 1, .failed = 2});
  ASSERT_EQ(nouns().retry(id), 2);
  expect_counts(id, {.sent = 1, .pending = 2});
  clock_.advance(1h);
  EXPECT_EQ(end_all(delivered()), 2);
  expect_counts(id, {.sent = 3});
  const auto hours = series(id, SeriesUnit::hour);
  ASSERT_EQ(hours.size(), 2u);
  EXPECT_EQ(hours[0].start, nine() + 6h);
  EXPECT_EQ(hours[0].counts, (Counts{.sent = 1})) << "when it was decided";
  EXPECT_EQ(hours[1].counts, (Counts{.sent = 2}));
}

TEST_F(Statistics, KnowThoseThatAStopSkippedWithAndWithoutARow) {
  const auto id = start(people(1200));
  ASSERT_FALSE(claim(1).empty());
  clock_.advance(2h);
  ASSERT_TRUE(nouns().stop(id));
  const auto hours = series(id, SeriesUnit::hour);
  ASSERT_EQ(hours.size(), 1u);
  EXPECT_EQ(hours[0].start, nine() + 2h);
  EXPECT_EQ(hours[0].counts, (Counts{.skipped = 1199})) << "all but the one in hand";
  expect_series(id);
}

TEST_F(Statistics, AddUpAllCampaignsAndForgetDeletedOnes) {
  const auto a = start(people(2)), b = start(people(3));
  EXPECT_EQ(end_all(delivered()), 5);
  const auto draft = add_draft(people(4));
  auto totals = nouns().totals();
  EXPECT_EQ(totals.recipients, 9);
  EXPECT_EQ(totals.counts, (Counts{.sent = 5, .pending = 4}));
  EXPECT_EQ(totals.campaigns_in(CampaignStatus::completed), 2);
  EXPECT_EQ(totals.campaigns_in(CampaignStatus::draft), 1);
  EXPECT_EQ(totals.campaigns_in(CampaignStatus::sending), 0);
  EXPECT_EQ(series(std::nullopt, SeriesUnit::hour).at(0).counts, (Counts{.sent = 5}));

  ASSERT_TRUE(nouns().delete_campaign(a));
  ASSERT_TRUE(nouns().delete_campaign(draft));
  totals = nouns().totals();
  EXPECT_EQ(totals.recipients, 3);
  EXPECT_EQ(totals.counts, (Counts{.sent = 3}));
  EXPECT_EQ(series(std::nullopt, SeriesUnit::hour).at(0).counts, (Counts{.sent = 3}));
  EXPECT_EQ(code_of(nouns().series(a, nine(), nine() + 1h, SeriesUnit::hour)), "campaign_not_found");
  expect_series(b);
}

TEST_F(Statistics, AreAskedForOverABoundedTime) {
  EXPECT_EQ(code_of(nouns().series({}, nine(), nine() - 1s, SeriesUnit::hour)), "bad_series");
  EXPECT_EQ(code_of(nouns().series({}, nine(), nine() + kLongestSeries + 1s, SeriesUnit::hour)),
            "bad_series");
  EXPECT_TRUE(series(std::nullopt, SeriesUnit::day).empty());
}

TEST_F(Statistics, OfAnOlderDatabaseAreCountedOnce) {
  const auto id = start(people(5));
  auto due = claim();
  end(due[0], delivered());
  clock_.advance(1h);
  end(due[1], refused());
  end(due[2], unknown());
  ASSERT_TRUE(nouns().stop(id));
  store_.reset();
  {
    // As it was before the table was there; then the migration that makes and fills it.
    sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
    db.execute(
        "DROP TABLE series; DROP INDEX campaign_by_name; DROP INDEX audit_by_time; DROP INDEX audit_by_who");
    const auto makes_it = [](std::string_view sql) { return sql.contains("CREATE TABLE series"); };
    const auto migration = std::ranges::find_if(sqlite::kMigrations, makes_it);
    ASSERT_NE(migration, sqlite::kMigrations.end());
    db.execute(*migration);
  }
  open(file("test.db"));
  expect_series(id);
}

}  // namespace
}  // namespace postrider
