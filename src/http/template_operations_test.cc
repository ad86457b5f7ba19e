#include "http/api_test.h"

namespace postrider {
namespace {

TEST_F(ApiTest, ATemplateKeepsWhatItWas) {
  const auto editor = key(Role::editor);
  const auto made = ask({"POST", "/api/templates/",
                         R"({"name":" Hello ","subject":"Hi {{ name }}","message":"Dear {{ company }}"})"},
                        editor);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto target = header(made, "Location");
  EXPECT_EQ(object(made).at("name").as_string(), "Hello");
  EXPECT_EQ(object(made).at("variables").as_string(), "name, company");
  EXPECT_EQ(object(ask({"PUT", target, R"({"message":"Dear you"})"}, editor)).at("version").as_int64(), 2);
  EXPECT_EQ(boost::json::parse(ask({"GET", target + "/versions"}, editor).body).as_array().size(), 2u);
  EXPECT_EQ(object(ask({"GET", target + "/versions/1"}, editor)).at("message").as_string(),
            "Dear {{ company }}");
  EXPECT_TRUE(object(ask({"PUT", target, R"({"description":null,"variables":null})"}, editor))
                  .at("description")
                  .is_null());
  EXPECT_EQ(ask({"PUT", target, R"({"message":"{{ env | shell }}"})"}, editor).status, 422);
  EXPECT_EQ(ask({"PUT", target, R"({"message":"   "})"}, editor).status, 422);
  EXPECT_EQ(ask({"PUT", target, R"({"name":"x"})"}, key(Role::viewer)).status, 403);
  const auto list = ask({"GET", "/api/templates/?limit=2"}, editor);
  EXPECT_EQ(header(list, "X-Total-Count"), "4") << "the three samples and ours";
  EXPECT_NE(header(list, "Link").find("rel=\"next\""), std::string::npos);
  EXPECT_EQ(ask({"DELETE", target}, editor).status, 200);
  EXPECT_EQ(ask({"GET", target}, editor).status, 404);
}

TEST_F(ApiTest, FiguresAndTheAuditLogAreThere) {
  const auto owner = key(Role::owner);
  ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, owner);
  const auto figures = object(ask({"GET", "/api/stats"}, owner));
  EXPECT_EQ(figures.at("total_campaigns").as_int64(), 1);
  EXPECT_EQ(figures.at("recent_campaigns").as_array().size(), 1u);
  EXPECT_EQ(ask({"GET", "/api/stats/series?unit=hour"}, owner).status, 200);
  EXPECT_EQ(ask({"GET", "/api/stats/series?unit=week"}, owner).status, 400);
  EXPECT_EQ(
      ask({"GET", "/api/stats/series?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z"}, owner).status,
      400);
  EXPECT_EQ(ask({"GET", "/api/campaigns/1/series"}, owner).status, 200);
  EXPECT_EQ(ask({"GET", "/api/campaigns/9/series"}, owner).status, 404);
  const auto log = boost::json::parse(ask({"GET", "/api/audit?who=key:test"}, owner).body).as_array();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].at("what").as_string(), "created campaign 1");
}

}  // namespace
}  // namespace postrider
