#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

class CampaignList : public NounsTest {
 protected:
  CampaignId add(const std::string& name, const std::string& source = "list.csv") {
    clock_.advance(1min);
    Campaign draft{.name = name, .subject = "s", .message = "m", .mailboxes = {add_mailbox()}};
    draft.source = source;
    return nouns().create_campaign(draft).value();
  }
  /// All names, page by page, by key; checked against the same by offset.
  std::string names(CampaignQuery query) {
    std::string by_key, by_offset;
    std::int64_t n = 0;
    query.limit = 2;
    while (true) {
      const auto page = nouns().find_campaigns(query);
      n += std::ssize(page.campaigns);
      for (const auto& campaign : page.campaigns) by_key += campaign.name + " ";
      if (!page.next) break;
      query.after = page.next;
    }
    query.after.reset();
    query.count = true;
    for (;; query.skip += 2) {
      const auto page = nouns().find_campaigns(query);
      for (const auto& campaign : page.campaigns) by_offset += campaign.name + " ";
      if (!page.next) break;
    }
    EXPECT_EQ(by_key, by_offset);
    EXPECT_EQ(nouns().find_campaigns(query).total, n);
    return by_key;
  }
};

TEST_F(CampaignList, HasThreeOrdersInBothDirections) {
  add("beta");
  add("Alpha");
  const auto c = add("gamma");
  add("alpha");
  ListSource source({"email", "name"}, people(1));
  ASSERT_TRUE(nouns().import(c, source, {.email = 0, .name = 1}, 0, {}));
  ASSERT_TRUE(nouns().start(c, std::nullopt, {}));
  EXPECT_EQ(names({}), "alpha gamma Alpha beta ");
  EXPECT_EQ(names({.descending = false}), "beta Alpha gamma alpha ");
  EXPECT_EQ(names({.sort = CampaignSort::name, .descending = false}), "Alpha alpha beta gamma ");
  EXPECT_EQ(names({.sort = CampaignSort::name}), "gamma beta alpha Alpha ");
  EXPECT_EQ(names({.sort = CampaignSort::status, .descending = false}), "beta Alpha alpha gamma ");
  EXPECT_EQ(names({.sort = CampaignSort::status}), "gamma alpha Alpha beta ");
  EXPECT_EQ(names({.status = CampaignStatus::draft, .sort = CampaignSort::status}), "alpha Alpha beta ");
}

TEST_F(CampaignList, IsFiltered) {
  add("Spring News", "a.csv");
  const auto from = clock_.wall_now() + 1min;
  add("Summer news", "b.csv");
  add("Été", "a.csv");
  const auto until = clock_.wall_now() + 1min;
  add("Autumn", "b.csv");
  EXPECT_EQ(names({.name_contains = "NEWS"}), "Summer news Spring News ");
  EXPECT_EQ(names({.name_contains = "éT"}), "Été ");
  EXPECT_EQ(names({.source = "a.csv"}), "Été Spring News ");
  EXPECT_EQ(names({.created_after = from, .created_before = until}), "Été Summer news ");
  EXPECT_EQ(names({.source = "a.csv", .created_after = from}), "Été ");
  EXPECT_EQ(names({.status = CampaignStatus::sending}), "");
  EXPECT_EQ(names({.name_contains = "nothing like it"}), "");
}

TEST_F(CampaignList, ShowsWhatACampaignShowsAndNoDeletedOne) {
  const auto id = add_draft(people(3));
  const auto gone = add_draft(people(3));
  ASSERT_TRUE(nouns().delete_campaign(gone));
  const auto page = nouns().find_campaigns({.count = true});
  ASSERT_EQ(page.campaigns.size(), 1u);
  EXPECT_EQ(page.total, 1);
  EXPECT_EQ(page.campaigns[0].id, id);
  EXPECT_EQ(page.campaigns[0].counts.pending, 3);
  EXPECT_EQ(page.campaigns[0].mailboxes.size(), 1u);
  EXPECT_EQ(page.next, std::nullopt);
}

TEST_F(CampaignList, TakesAForgedCursorForAnyPlace) {
  add("a");
  for (const auto sort : {CampaignSort::created, CampaignSort::name, CampaignSort::status}) {
    for (const auto* key : {"", "-1", "99999999999999999999", "x'; DROP TABLE campaign"}) {
      nouns().find_campaigns({.sort = sort, .after = CampaignCursor{CampaignId{-5}, key}});
    }
  }
  EXPECT_EQ(names({}), "a ");
}

}  // namespace
}  // namespace postrider
