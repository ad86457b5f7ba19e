#include "http/campaign_api_test.h"

namespace postrider {
namespace {

class CampaignLists : public CampaignApiTest {
 protected:
  CampaignLists() {
    for (const auto* name : {"Spring", "autumn", "Winter", "Spring again"}) {
      make(std::string(R"({"name":")") + name + R"(","subject":"b","message":"c"})");
      clock_.advance(std::chrono::hours{1});
    }
  }
  void make(const std::string& body) { ask({"POST", "/api/campaigns", body}, owner_); }
  static std::vector<std::string> names(const boost::json::array& items) {
    std::vector<std::string> all;
    for (const auto& item : items) all.emplace_back(item.at("name").as_string());
    return all;
  }
  using Names = std::vector<std::string>;
};

TEST_F(CampaignLists, AreArraysWithTheTotalBeside) {
  const auto answer = get("/api/campaigns/?limit=3");
  EXPECT_EQ(header(answer, "X-Total-Count"), "4");
  EXPECT_EQ(names(boost::json::parse(answer.body).as_array()), (Names{"Spring again", "Winter", "autumn"}));
  EXPECT_EQ(names(list("/api/campaigns?skip=3")), (Names{"Spring"}));
}

TEST_F(CampaignLists, HaveThreeOrdersAndPagesInEach) {
  const Names by_name = {"autumn", "Spring", "Spring again", "Winter"};
  EXPECT_EQ(names(list("/api/campaigns?sort_by=name&sort_order=asc")), by_name);
  EXPECT_EQ(names(all_pages("/api/campaigns?sort_by=name&sort_order=asc&limit=1")), by_name);
  EXPECT_EQ(names(all_pages("/api/campaigns?sort_by=status&limit=1")),
            (Names{"Spring again", "Winter", "autumn", "Spring"}));
  EXPECT_EQ(get("/api/campaigns?sort_by=message").status, 400);
  EXPECT_EQ(get("/api/campaigns?sort_order=up").status, 400);
}

TEST_F(CampaignLists, SayWhereTheyStandWhenAskedByPage) {
  const auto page = object(get("/api/campaigns?page=2&size=3"));
  EXPECT_EQ(names(page.at("items").as_array()), (Names{"Spring"}));
  EXPECT_EQ(page.at("total").as_int64(), 4);
  EXPECT_EQ(page.at("pages").as_int64(), 2);
  EXPECT_EQ(page.at("has_next").as_bool(), false);
  EXPECT_EQ(page.at("has_prev").as_bool(), true);
  EXPECT_EQ(object(get("/api/campaigns?page=9&size=200")).at("items").as_array().size(), 0u);
  EXPECT_EQ(get("/api/campaigns?page=0").status, 400);
  EXPECT_EQ(get("/api/campaigns?size=201").status, 400);
}

TEST_F(CampaignLists, AreFilteredByEverythingTheFilterNames) {
  make(R"({"name":"Sheet","subject":"b","message":"c","google_sheet_id":"1AbCdEfGhIjKlMnOp"})");
  EXPECT_EQ(names(list("/api/campaigns?google_sheet_id=1AbCdEfGhIjKlMnOp")), (Names{"Sheet"}));
  EXPECT_EQ(names(list("/api/campaigns?google_sheet_id=other")), Names{});
  EXPECT_EQ(names(list("/api/campaigns?name_contains=SPRING")), (Names{"Spring again", "Spring"}));
  EXPECT_EQ(names(list("/api/campaigns?name_contains=%25")), Names{});
  const auto created =
      std::string(list("/api/campaigns?name_contains=winter").at(0).at("created_at").as_string());
  EXPECT_EQ(names(list("/api/campaigns?created_before=" + created)), (Names{"autumn", "Spring"}));
  EXPECT_EQ(names(list("/api/campaigns?created_after=" + created)),
            (Names{"Sheet", "Spring again", "Winter"}));
  EXPECT_EQ(list("/api/campaigns?status_filter=sending").size(), 0u);
  EXPECT_EQ(get("/api/campaigns?status=lost").status, 400);
  EXPECT_EQ(get("/api/campaigns?created_after=soon").status, 400);
  EXPECT_EQ(get("/api/campaigns?after=x").status, 400);
  EXPECT_EQ(get("/api/campaigns?after=1x").status, 400);
}

}  // namespace
}  // namespace postrider
