#include "http/api_test.h"

namespace postrider {
namespace {

constexpr auto kOffice =
    R"({"name":"office","from":"ana@example.com","smtp_host":"smtp.example.com","user":"ana","password":"canary-secret","cap_24h":400})";

TEST_F(ApiTest, AMailboxIsMadeChangedTestedAndRemovedAndItsPasswordNeverShown) {
  const auto owner = key(Role::owner);
  const auto made = ask({"POST", "/api/mailboxes", kOffice}, owner);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(header(made, "Location"), "/api/mailboxes/1");
  EXPECT_TRUE(object(made).at("has_password").as_bool());
  const auto changed = ask({"PUT", "/api/mailboxes/1/", R"({"cap_24h":30})"}, owner);
  EXPECT_EQ(object(changed).at("cap_24h").as_int64(), 30);
  trial_.steps = {{"connect", true, {}, "192.0.2.1"}};
  const auto tried = ask({"POST", "/api/mailboxes/1/test"}, owner);
  EXPECT_TRUE(object(tried).at("passed").as_bool()) << tried.body;
  for (const auto* target : {"/api/mailboxes", "/api/mailboxes/1", "/api/settings"}) {
    EXPECT_EQ(ask({"GET", target}, owner).body.find("canary"), std::string::npos) << target;
  }
  EXPECT_EQ(ask({"PUT", "/api/mailboxes/1", R"({"status":"active"})"}, owner).status, 422);
  EXPECT_EQ(ask({"POST", "/api/mailboxes", kOffice}, owner).status, 409);
  EXPECT_EQ(ask({"DELETE", "/api/mailboxes/1"}, owner).status, 204);
  EXPECT_EQ(ask({"GET", "/api/mailboxes/1"}, owner).status, 404);
}

TEST_F(ApiTest, AQueueIsMadePausedPurgedAndItsTasksListed) {
  const auto owner = key(Role::owner);
  EXPECT_EQ(ask({"POST", "/api/queues", R"({"name":"slow","max_dispatches_per_second":2})"}, owner).status,
            201);
  EXPECT_EQ(object(ask({"POST", "/api/queues/slow/pause"}, owner)).at("state").as_string(), "PAUSED");
  EXPECT_EQ(object(ask({"POST", "/api/queues/slow/resume"}, owner)).at("state").as_string(), "RUNNING");
  EXPECT_EQ(object(ask({"PUT", "/api/queues/slow", R"({"min_backoff":"90s"})"}, owner))
                .at("min_backoff")
                .as_string(),
            "1m30s");
  EXPECT_EQ(ask({"PUT", "/api/queues/slow", R"({"min_backoff":"soon"})"}, owner).status, 422);
  EXPECT_EQ(ask({"POST", "/api/queues/slow/purge"}, owner).status, 200);
  EXPECT_EQ(ask({"GET", "/api/queues/slow/tasks"}, owner).body, "[]\n");
  EXPECT_EQ(ask({"GET", "/api/queues/none"}, owner).status, 404);
  EXPECT_EQ(ask({"GET", "/api/queues/%2e%2e"}, owner).status, 404);
}

}  // namespace
}  // namespace postrider
