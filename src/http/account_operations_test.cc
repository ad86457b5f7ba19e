#include "actions/account_links.h"
#include "http/api_test.h"

namespace postrider {
namespace {

class AccountOperationsTest : public ApiTest {
 protected:
  std::string set_up() {
    const auto url = make_setup_link(context_)->url;
    return url.substr(url.find('#') + 1);
  }
  HttpAnswer set_up(const std::string& token, const std::string& name = "ana") {
    return ask(
        {"POST", "/api/setup",
         R"({"token":")" + token + R"(","name":")" + name + R"(","password":"correct horse battery"})"});
  }
  HttpAnswer log_in(const std::string& password, const std::string& name = "ana") {
    return ask({"POST", "/api/login", R"({"name":")" + name + R"(","password":")" + password + R"("})"});
  }
  static std::string cookie(const HttpAnswer& answer) {
    const auto set = header(answer, "Set-Cookie");
    return set.substr(0, set.find(';'));
  }
  HttpAnswer ask_as(const std::string& cookie, Asked asked, const char* site = "same-origin") {
    asked.headers.emplace_back("Cookie", cookie);
    if (*site) asked.headers.emplace_back("Sec-Fetch-Site", site);
    return ask(asked);
  }
};

TEST_F(AccountOperationsTest, TheLinkMakesTheOwnerOnceAndSignsIn) {
  const auto token = set_up();
  const auto made = set_up(token);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(object(made).at("role").as_string(), "owner");
  const auto set = header(made, "Set-Cookie");
  EXPECT_TRUE(set.starts_with("__Host-postrider=pr_session_")) << set;
  for (const char* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"})
    EXPECT_NE(set.find(part), set.npos) << part;
  EXPECT_EQ(ask_as(cookie(made), {"GET", "/api/me"}).status, 200);
  EXPECT_EQ(set_up(token, "bob").status, 404);
}

TEST_F(AccountOperationsTest, AWrongPasswordAndAnUnknownNameLookAlike) {
  set_up(set_up());
  const auto wrong = log_in("wrong password"), unknown = log_in("wrong password", "nobody");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
}

TEST_F(AccountOperationsTest, GuessingIsSlowedDown) {
  set_up(set_up());
  HttpAnswer last;
  for (int i = 0; i < 6; ++i) last = log_in("wrong password");
  EXPECT_EQ(last.status, 429);
  EXPECT_FALSE(header(last, "Retry-After").empty());
  EXPECT_EQ(log_in("correct horse battery").status, 429);
  clock_.advance(std::chrono::minutes{16});
  EXPECT_EQ(log_in("correct horse battery").status, 200);
}

TEST_F(AccountOperationsTest, EachSignInIsANewSessionAndSigningOutEndsIt) {
  set_up(set_up());
  const auto first = cookie(log_in("correct horse battery")),
             second = cookie(log_in("correct horse battery"));
  EXPECT_NE(first, second);
  EXPECT_EQ(ask_as(first, {"POST", "/api/logout"}).status, 204);
  EXPECT_EQ(ask_as(first, {"GET", "/api/me"}).status, 401);
  EXPECT_EQ(ask_as(second, {"GET", "/api/me"}).status, 200);
}

TEST_F(AccountOperationsTest, ANewPasswordEndsEverySession) {
  set_up(set_up());
  const auto first = cookie(log_in("correct horse battery")),
             second = cookie(log_in("correct horse battery"));
  const auto changed = ask_as(
      second,
      {"PUT", "/api/me/password", R"({"current":"correct horse battery","password":"another long one"})"});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask_as(first, {"GET", "/api/me"}).status, 401);
  EXPECT_EQ(ask_as(second, {"GET", "/api/me"}).status, 401);
  EXPECT_EQ(ask_as(cookie(changed), {"GET", "/api/me"}).status, 200);
  EXPECT_EQ(log_in("correct horse battery").status, 401);
}

struct SiteRow {
  const char* site;
  const char* origin;
  int status;
};

TEST_F(AccountOperationsTest, AForeignPageCannotUseTheSession) {
  const auto session = cookie(set_up(set_up()));
  const char* body = R"({"name":"ci","role":"viewer"})";
  for (const auto& row :
       {SiteRow{"same-origin", "", 201}, SiteRow{"", "http://localhost", 201}, SiteRow{"none", "", 201},
        SiteRow{"cross-site", "", 403}, SiteRow{"same-site", "", 403},
        SiteRow{"", "http://evil.example", 403}, SiteRow{"", "null", 403}, SiteRow{"", "", 403}}) {
    Asked asked{"POST", "/api/keys", body};
    if (*row.origin) asked.headers.emplace_back("Origin", row.origin);
    EXPECT_EQ(ask_as(session, asked, row.site).status, row.status) << row.site << " " << row.origin;
  }
  EXPECT_EQ(ask_as(session, {"GET", "/api/keys"}, "cross-site").status, 200) << "reading changes nothing";
}

TEST_F(AccountOperationsTest, AnOwnerInvitesAndTheLastOwnerStays) {
  const auto owner = cookie(set_up(set_up()));
  const auto link = object(ask_as(owner, {"POST", "/api/accounts", R"({"role":"editor"})"}));
  const std::string url(link.at("link").as_string());
  const auto bob = set_up(url.substr(url.find('#') + 1), "bob");
  ASSERT_EQ(bob.status, 201) << bob.body;
  EXPECT_EQ(object(bob).at("role").as_string(), "editor");
  EXPECT_EQ(ask_as(cookie(bob), {"GET", "/api/accounts"}).status, 403);
  EXPECT_EQ(ask_as(owner, {"PUT", "/api/accounts/1", R"({"role":"viewer"})"}).status, 409);
  EXPECT_EQ(ask_as(owner, {"DELETE", "/api/accounts/1"}).status, 409);
  EXPECT_EQ(ask_as(owner, {"PUT", "/api/accounts/2", R"({"disabled":true})"}).status, 200);
  EXPECT_EQ(ask_as(cookie(bob), {"GET", "/api/me"}).status, 401);
  EXPECT_EQ(ask_as(owner, {"DELETE", "/api/accounts/2"}).status, 204);
}

TEST_F(AccountOperationsTest, AKeyIsShownOnceAndKeptAsAHash) {
  const auto owner = key(Role::owner);
  const auto made = object(ask({"POST", "/api/keys", R"({"name":"ci","scopes":["tasks"]})"}, owner));
  const std::string token(made.at("key").as_string());
  EXPECT_EQ(ask({"GET", "/api/me"}, token).status, 403) << "a scope of its own opens nothing else";
  const auto list = ask({"GET", "/api/keys"}, owner).body;
  EXPECT_EQ(list.find(token), list.npos);
  EXPECT_EQ(ask({"POST", "/api/keys", R"({"name":"nothing"})"}, owner).status, 422);
}

}  // namespace
}  // namespace postrider
