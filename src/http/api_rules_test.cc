#include "actions/account_links.h"
#include "http/api_test.h"

namespace postrider {
namespace {

using ApiRulesTest = ApiTest;
using std::chrono::minutes;
using std::chrono::seconds;

std::string some_body(const std::string& name) {
  return R"({"name":")" + name + R"(","password":"correct horse battery"})";
}

class SignedIn : public ApiTest {
 protected:
  SignedIn() {
    const auto url = make_setup_link(context_)->url;
    context_.session_life = minutes{60};
    const auto made = ask({"POST", "/api/setup",
                           R"({"token":")" + url.substr(url.find('#') + 1) +
                               R"(","name":"ana","password":"correct horse battery"})"});
    set_ = header(made, "Set-Cookie");
    cookie_ = set_.substr(0, set_.find(';'));
  }
  /// As a browser does that shows a page of `origin`.
  int change_from(const std::string& origin, const std::string& site, HttpHeaders more = {}) {
    more.emplace_back("Cookie", cookie_);
    more.emplace_back("Origin", origin);
    more.emplace_back("Sec-Fetch-Site", site);
    return ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})", more}).status;
  }
  std::string set_, cookie_;
};

TEST_F(ApiRulesTest, TheThrottleOfSignInsCountsWhomATrustedProxyNames) {
  const auto guess = [&](const std::string& name, const std::string& forwarded) {
    return ask({"POST", "/api/login", some_body(name), {{"X-Forwarded-For", forwarded}}}).status;
  };
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(guess("a" + std::to_string(i), "203.0.113." + std::to_string(i)), 401);
  EXPECT_EQ(guess("b", "203.0.113.99"), 429) << "without a trusted proxy the header means nothing";
  clock_.advance(minutes{20});

  rules_.proxies = TrustedProxies::parse("192.0.2.1").value();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(guess("c" + std::to_string(i), "203.0.113." + std::to_string(i)), 401);
  EXPECT_EQ(guess("d", "203.0.113.99"), 401);
  for (int i = 0; i < 5; ++i)
    guess("e" + std::to_string(i), "198.51.100." + std::to_string(i) + ", 203.0.113.5");
  EXPECT_EQ(guess("f", "198.51.100.77, 203.0.113.5"), 429) << "what the caller wrote itself changes nothing";
}

TEST_F(SignedIn, ALoginLastsAsLongAsIsSet) {
  EXPECT_NE(set_.find("; Max-Age=3600;"), std::string::npos) << set_;
  const auto me = [&] { return ask({"GET", "/api/me", {}, {{"Cookie", cookie_}}}).status; };
  clock_.advance(minutes{60} - seconds{1});
  EXPECT_EQ(me(), 200);
  clock_.advance(seconds{1});
  EXPECT_EQ(me(), 401);
}

TEST_F(SignedIn, ChangesThingsFromOurOwnPagesAndFromThoseThatAreListed) {
  const std::string app = "https://app.example.org";
  EXPECT_EQ(change_from(app, "same-site"), 403);
  rules_.origins = Origins::parse("*").value();
  EXPECT_EQ(change_from(app, "same-site"), 403);
  rules_.origins = Origins::parse(app).value();
  EXPECT_EQ(change_from(app, "same-site"), 201);
  EXPECT_EQ(change_from("https://evil.example", "cross-site"), 403);
  EXPECT_EQ(change_from("null", "cross-site"), 403);
  EXPECT_EQ(change_from("http://localhost", "same-origin"), 201);
}

TEST_F(SignedIn, AnOriginMustHaveTheSchemeThatTheProxyNames) {
  const HttpHeaders encrypted{{"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(change_from("http://localhost", "same-origin", encrypted), 201) << "no proxy is trusted";
  rules_.proxies = TrustedProxies::parse("192.0.2.1").value();
  EXPECT_EQ(change_from("http://localhost", "same-origin", encrypted), 403);
  EXPECT_EQ(change_from("https://localhost", "same-origin", encrypted), 201);
}

TEST_F(ApiRulesTest, AListedPageMayReadWhateverIsAnswered) {
  rules_.origins = Origins::parse("https://app.example.org").value();
  const HttpHeaders from{{"Origin", "https://app.example.org"}};
  for (const auto& answer : {ask({"GET", "/api/campaigns", {}, from}, key(Role::viewer)),
                             ask({"GET", "/api/campaigns", {}, from}), ask({"GET", "/", {}, from})}) {
    EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "https://app.example.org") << answer.body;
    EXPECT_NE(header(answer, "Vary").find("Origin"), std::string::npos);
  }
  EXPECT_EQ(header(ask({"GET", "/", {}, from}), "Vary"), "Accept, Origin");
  EXPECT_EQ(header(ask({"GET", "/api/campaigns"}, key(Role::viewer)), "Access-Control-Allow-Origin"), "");
}

TEST_F(ApiRulesTest, APreflightNeedsNoCredentialAndTellsNothingOfWhatThereIs) {
  rules_.origins = Origins::parse("https://app.example.org").value();
  HttpHeaders asks{{"Origin", "https://app.example.org"}, {"Access-Control-Request-Method", "PUT"}};
  for (const char* path : {"/api/campaigns/1", "/api/nothing"}) {
    const auto answer = ask({"OPTIONS", path, {}, asks});
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "https://app.example.org");
    EXPECT_NE(header(answer, "Access-Control-Allow-Headers").find("Authorization"), std::string::npos);
    EXPECT_NE(header(answer, "Access-Control-Allow-Methods").find("PUT"), std::string::npos);
  }
  asks[0].second = "https://evil.example";
  const auto refused = ask({"OPTIONS", "/api/campaigns/1", {}, asks});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), "");
}

TEST_F(ApiRulesTest, ACallerGetsSoManyRequestsAMinuteAndHearsHowManyAreLeft) {
  const auto one = key(Role::viewer),
             other = create_key(context_, {.name = "other", .role = Role::viewer, .scopes = {}, .life = {}})
                         ->token;
  EXPECT_EQ(header(ask({"GET", "/api/campaigns"}, one), "RateLimit"), "") << "no limit is the default";
  rules_.requests_per_minute = 2;
  EXPECT_EQ(header(ask({"GET", "/api/campaigns"}, one), "RateLimit"), "\"minute\";r=1;t=60");
  clock_.advance(seconds{15});
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, one).status, 200);
  const auto refused = ask({"GET", "/api/campaigns"}, one);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code(refused), "too_many_requests");
  EXPECT_EQ(header(refused, "Retry-After"), "45");
  EXPECT_EQ(header(refused, "RateLimit"), "\"minute\";r=0;t=45");
  EXPECT_EQ(header(refused, "RateLimit-Policy"), "\"minute\";q=2;w=60");
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, other).status, 200);
  clock_.advance(seconds{45});
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, one).status, 200);
}

TEST_F(ApiRulesTest, WhatWatchesTheServerAndWhoUnsubscribesIsNeverTurnedAway) {
  rules_.requests_per_minute = 1;
  EXPECT_EQ(ask({"GET", "/login"}).status, 200);
  EXPECT_EQ(ask({"GET", "/login"}).status, 429);
  EXPECT_EQ(ask({"GET", "/api/campaigns"}, "pr_key_wrong").status, 429)
      << "a wrong key is its address's request";
  for (const char* path : {"/livez", "/readyz", "/api/health"})
    EXPECT_EQ(ask({"GET", path}).status, 200) << path;
  EXPECT_EQ(
      ask({"POST", "/u/x", "List-Unsubscribe=One-Click", {}, "application/x-www-form-urlencoded"}).status,
      404);
}

TEST_F(ApiRulesTest, TheDescriptionIsServedUnlessItIsSwitchedOff) {
  rules_.documents = false;
  api_ = make_api(*this, api_operations(rules_));
  const auto owner = key(Role::owner);
  for (const char* path : {"/docs", "/redoc", "/openapi.json", "/assets/docs.js"}) {
    EXPECT_EQ(ask({"GET", path}, owner).status, 404) << path;
    EXPECT_EQ(ask({"GET", path}).status, 401) << path;
  }
  EXPECT_EQ(ask({"GET", "/login"}).status, 200);
  EXPECT_TRUE(object(ask({"GET", "/"})).at("docs").is_null());
  EXPECT_EQ(ask({"GET", "/", {}, {{"Accept", "text/html"}}}).body.find("/docs"), std::string::npos);
}

}  // namespace
}  // namespace postrider
