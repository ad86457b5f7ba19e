#include "http/api_test.h"

#include "base/text.h"
#include "base/token.h"

namespace postrider {
namespace {

/// Any path of this operation, with something in the place of its parameters.
std::string some_path(const Operation& operation) {
  std::string path;
  for (const auto segment : split(operation.path, '/')) {
    if (segment.empty()) continue;
    path += "/";
    path += segment.front() == '{' ? std::string("1") : std::string(segment);
  }
  return path.empty() ? "/" : path;
}

std::optional<Role> least_role(Access access) {
  switch (access) {
    case Access::open:
      return std::nullopt;
    case Access::viewer:
    case Access::metrics:
      return Role::viewer;
    case Access::editor:
    case Access::bounces:
      return Role::editor;
    case Access::owner:
    case Access::tasks:
      return Role::owner;
  }
  return Role::owner;
}

TEST_F(ApiTest, EveryRouteIsClosedToWhomItIsNotFor) {
  const std::map<std::string, std::optional<Role>> callers = {{"", std::nullopt},
                                                              {key(Role::viewer), Role::viewer},
                                                              {key(Role::editor), Role::editor},
                                                              {key(Role::owner), Role::owner}};
  for (const auto& operation : api_operations()) {
    for (const auto& [credential, role] : callers) {
      // Whoever gets past the door stumbles over the unknown parameter, so nothing is ever done.
      const auto answer = ask({operation.method, some_path(operation) + "?no_such_parameter=1"}, credential);
      const auto needed = least_role(operation.access);
      const bool allowed = !needed || (role && *role >= *needed);
      const int expected = allowed ? 400 : credential.empty() ? 401 : 403;
      EXPECT_EQ(answer.status, expected) << operation.method << " " << operation.path << " as "
                                         << (role ? to_string(*role) : std::string_view("nobody"));
    }
  }
}

TEST_F(ApiTest, AScopeOpensWhatItNamesAndNothingElse) {
  for (const char* scope : {"tasks", "bounces", "metrics"}) {
    const auto credential = key(std::nullopt, {scope});
    for (const auto& operation : api_operations()) {
      const auto answer = ask({operation.method, some_path(operation) + "?no_such_parameter=1"}, credential);
      const bool allowed = operation.access == Access::open || to_string(operation.access) == scope;
      EXPECT_EQ(answer.status, allowed ? 400 : 403)
          << scope << " " << operation.method << " " << operation.path;
    }
  }
}

TEST_F(ApiTest, WhatIsOpenIsAShortList) {
  std::set<std::string> open;
  for (const auto& operation : api_operations()) {
    if (operation.access == Access::open) open.insert(operation.path);
  }
  for (const auto* known : {"/", "/livez", "/readyz", "/api/health", "/api/tasks/health", "/api/setup",
                            "/api/login", "/api/logout", "/docs", "/redoc", "/setup", "/invitation", "/login",
                            "/assets/postrider.css", "/assets/docs.js", "/assets/sign.js", "/u/{token}",
                            "/.well-known/openid-configuration", "/.well-known/jwks.json"}) {
    open.erase(known);
  }
  EXPECT_TRUE(open.empty()) << *open.begin() << " is open to the world";
}

TEST_F(ApiTest, AStrangerLearnsNothingOfWhatThereIs) {
  for (const char* path :
       {"/api/campaigns/1", "/api/nothing", "/openapi.json", "/assets/../x", "/.git/config"}) {
    EXPECT_EQ(ask({"GET", path}).status, 401) << path;
  }
  const auto known = key(Role::owner);
  EXPECT_EQ(ask({"GET", "/api/nothing"}, known).status, 404);
  EXPECT_EQ(ask({"GET", "/assets/%2e%2e/%2e%2e/etc/passwd"}, known).status, 404);
  const auto wrong = ask({"PATCH", "/api/campaigns"}, known);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header(wrong, "Allow"), "GET, HEAD, POST");
}

TEST_F(ApiTest, ACredentialThatIsNotValidIsRefusedEvenWhereNoneIsNeeded) {
  EXPECT_EQ(ask({"GET", "/livez"}, "pr_key_wrong").status, 401);
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, "pr_key_wrong").status, 401);
  EXPECT_EQ(ask({"GET", "/api/campaigns", {}, {{"Authorization", "Basic YTpi"}}}).status, 401);
  // An old cookie must not keep anybody from the page where a new one is had.
  EXPECT_EQ(ask({"GET", "/login", {}, {{"Cookie", "__Host-postrider=pr_session_old"}}}).status, 200);
  EXPECT_EQ(ask({"GET", "/api/campaigns", {}, {{"Cookie", "__Host-postrider=pr_session_old"}}}).status, 401);
}

TEST_F(ApiTest, ARevokedKeyIsRefusedAtOnce) {
  const auto made = create_key(context_, {.name = "ci", .role = Role::viewer, .scopes = {}, .life = {}});
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, made->token).status, 200);
  ASSERT_TRUE(revoke_key(context_, made->key.id));
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, made->token).status, 401);
}

struct BodyRow {
  const char* name;
  std::string body;
  int status;
  const char* code;
};

TEST_F(ApiTest, ABadBodyIsRefusedAndNothingIsStored) {
  const auto owner = key(Role::owner);
  const auto deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const auto& row :
       {BodyRow{"no JSON", "{", 400, "bad_json"}, BodyRow{"deep", deep, 400, "bad_json"},
        BodyRow{"key twice", R"({"name":"a","name":"b"})", 400, "bad_json"},
        BodyRow{"no UTF-8", "{\"name\":\"\xff\"}", 400, "bad_json"},
        BodyRow{"NUL", R"({"name":"a\u0000b"})", 400, "bad_json"},
        BodyRow{"endless number", R"({"delay_min_minutes":1e999})", 400, "bad_json"},
        BodyRow{"two values", "{} {}", 400, "bad_json"},
        BodyRow{"NaN", R"({"delay_min_minutes":NaN})", 400, "bad_json"},
        BodyRow{"a list", "[]", 422, "wrong_type"}, BodyRow{"nothing in it", "{}", 422, "invalid_fields"},
        BodyRow{"unknown", R"({"name":"a","subject":"b","message":"c","workspace_id":1})", 422,
                "unknown_field"},
        BodyRow{"read-only", R"({"name":"a","subject":"b","message":"c","status":"sent"})", 422,
                "read_only_field"},
        BodyRow{"null name", R"({"name":null,"subject":"b","message":"c"})", 422, "wrong_type"},
        BodyRow{"long name", R"({"name":")" + std::string(256, 'x') + R"(","subject":"b","message":"c"})",
                422, "too_long"},
        BodyRow{"zone", R"({"name":"a","subject":"b","message":"c","timezone":"Mars/X"})", 422, "bad_window"},
        BodyRow{"header injection", R"({"name":"a","subject":"b\r\nBcc: x@y","message":"c"})", 422,
                "bad_subject"},
        BodyRow{"least over most", R"({"name":"a","subject":"b","message":"c","delay_min_minutes":9})", 422,
                "out_of_range"},
        BodyRow{"later without a time",
                R"({"name":"a","subject":"b","message":"c","send_immediately":false})", 422, "missing"}}) {
    const auto answer = ask({"POST", "/api/campaigns", row.body}, owner);
    EXPECT_EQ(answer.status, row.status) << row.name << ": " << answer.body;
    EXPECT_EQ(code(answer), row.code) << row.name << ": " << answer.body;
    EXPECT_EQ(answer.content_type, "application/problem+json") << row.name;
  }
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, owner).body, "[]\n");
}

TEST_F(ApiTest, AllBadFieldsAreNamedAtOnce) {
  const auto answer = ask({"POST", "/api/campaigns", R"({"name":"","subject":5,"foo":1})"}, key(Role::owner));
  std::set<std::string> fields;
  for (const auto& error : object(answer).at("errors").as_array())
    fields.emplace(error.at("field").as_string());
  EXPECT_EQ(fields, (std::set<std::string>{"/name", "/subject", "/message", "/foo"}));
}

TEST_F(ApiTest, BadParametersAreRefused) {
  const auto owner = key(Role::owner);
  for (const char* query :
       {"limit=-1", "limit=0", "limit=201", "limit=9223372036854775808", "limit=x", "limit=1&limit=2",
        "skip=-1", "after=x", "after=-1", "status_filter=%27%20OR%201=1", "sort_by=CASE", "status_filter=%00",
        "x=1", "limit=%zz"}) {
    const auto answer = ask({"GET", std::string("/api/campaigns?") + query}, owner);
    EXPECT_EQ(answer.status, 400) << query << ": " << answer.body;
  }
  for (const char* id : {"0", "-1", "abc", "9223372036854775808", "1.5", "%00"}) {
    EXPECT_EQ(ask({"GET", std::string("/api/campaigns/") + id}, owner).status, 400) << id;
  }
}

TEST_F(ApiTest, AFormOfAForeignPageIsRefused) {
  const auto owner = key(Role::owner);
  EXPECT_EQ(ask({"POST", "/api/campaigns", R"({"name":"a"})", {}, "text/plain"}, owner).status, 415);
  EXPECT_EQ(ask({"POST", "/api/login", "name=a&password=b", {}, "application/x-www-form-urlencoded"}).status,
            415);
}

TEST_F(ApiTest, AnIdempotencyKeyDoesNothingTwice) {
  const auto owner = key(Role::owner);
  const auto create = [&](const char* name, const char* idempotency) {
    return ask({"POST",
                "/api/campaigns",
                std::string(R"({"name":")") + name + R"(","subject":"b","message":"c"})",
                {{"Idempotency-Key", idempotency}}},
               owner);
  };
  const auto first = create("a", "k1"), again = create("a", "k1"), other = create("b", "k1"),
             second = create("a", "k2");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(code(other), "key_reused");
  EXPECT_NE(object(second).at("id"), object(first).at("id"));
  EXPECT_EQ(code(create("a", "")), "bad_key");
  EXPECT_EQ(code(create("a", "with space")), "bad_key");
}

TEST_F(ApiTest, PagesFollowOneAnotherWithoutGapOrRepeat) {
  const auto owner = key(Role::owner);
  for (int i = 0; i < 7; ++i)
    ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, owner);
  std::vector<std::int64_t> seen;
  std::string target = "/api/campaigns/?limit=3";
  for (int pages = 0; !target.empty() && pages < 9; ++pages) {
    const auto answer = ask({"GET", target}, owner);
    for (const auto& item : boost::json::parse(answer.body).as_array())
      seen.push_back(item.at("id").as_int64());
    const auto link = header(answer, "Link");
    target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(boost::json::parse(ask({"GET", "/api/campaigns?skip=5"}, owner).body).as_array().size(), 2u);
}

TEST_F(ApiTest, HealthTellsStrangersLittle) {
  EXPECT_EQ(object(ask({"GET", "/api/health"})).size(), 2u);
  EXPECT_TRUE(object(ask({"POST", "/api/health"}, key(Role::viewer))).contains("database"));
  health_ = {
      .ready = false, .why = "Nothing can be written: the disk is full", .database = "the disk is full"};
  EXPECT_EQ(ask({"GET", "/api/health"}).status, 503);
  const auto ready = ask({"GET", "/readyz"});
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.body.find("disk is full"), std::string::npos);
  EXPECT_EQ(ask({"GET", "/livez"}).status, 200);
}

TEST_F(ApiTest, EveryAnswerHasAnIdAndTheCallersOwnIsKeptIfHarmless) {
  EXPECT_EQ(header(ask({"GET", "/livez", {}, {{"X-Request-Id", "abc-1"}}}), "X-Request-Id"), "abc-1");
  for (const char* bad : {"", "a b", "a\"b", "\x1b[31m"}) {
    EXPECT_EQ(header(ask({"GET", "/livez", {}, {{"X-Request-Id", bad}}}), "X-Request-Id").size(), 16u) << bad;
  }
  EXPECT_EQ(header(ask({"GET", "/api/campaigns"}), "X-Request-Id").size(), 16u);
}

TEST_F(ApiTest, MetricsCountRequestsByOperationAndStatus) {
  add_office();
  const auto viewer = key(Role::viewer);
  ask({"GET", "/api/campaigns"}, viewer);
  ask({"GET", "/api/campaigns?limit=x"}, viewer);
  const auto text = ask({"GET", "/metrics"}, key(std::nullopt, {"metrics"})).body;
  for (const char* line : {"postrider_http_requests_total{operation=\"listCampaigns\",status=\"200\"} 1",
                           "postrider_http_requests_total{operation=\"listCampaigns\",status=\"400\"} 1",
                           "postrider_ready 1", "postrider_mailbox_active{mailbox=\"office\"} 1",
                           "postrider_queue_tasks{queue=\"email-campaign-queue\"} 0"}) {
    EXPECT_NE(text.find(line), text.npos) << line << "\n" << text;
  }
}

TEST_F(ApiTest, WhatIsShownOnceIsNotKeptInClear) {
  const auto owner = key(Role::owner);
  Asked asked{"POST", "/api/keys", R"({"name":"ci","role":"viewer"})", {{"Idempotency-Key", "k"}}};
  const auto made = object(ask(asked, owner));
  const auto again = object(ask(asked, owner));
  EXPECT_EQ(again, made);
  const auto kept = store_->requests().begin("key:test", "k", token_hash("POST /api/keys\n" + asked.body),
                                             clock_.wall_now());
  EXPECT_EQ(std::get<KeptAnswer>(kept).body.find("pr_key_"), std::string::npos);
}

TEST_F(ApiTest, TheDocumentNamesEveryRouteAndHowItIsDoneInTheShell) {
  const auto document = openapi_document(api_operations(), "0.0.0");
  for (const auto& operation : api_operations()) {
    const auto& said = document.at("paths").at(operation.path).at(lower_ascii(operation.method)).as_object();
    EXPECT_EQ(said.at("operationId").as_string(), operation.id);
    EXPECT_NE(operation.cli.empty(), operation.no_cli.empty())
        << operation.id << " has a shell command, or says why not";
    EXPECT_FALSE(operation.answers.empty()) << operation.id;
  }
}

}  // namespace
}  // namespace postrider
