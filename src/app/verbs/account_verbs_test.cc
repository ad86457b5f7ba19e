#include "actions/account_links.h"
#include "app/verbs/verb_test.h"

namespace postrider {
namespace {

class AccountVerbs : public Verbs {
 protected:
  void add(const std::string& name, Role role) {
    ASSERT_TRUE(store_->accounts().create_account({.name = name, .role = role, .password_hash = "x"}));
  }
};

TEST_F(AccountVerbs, HaveHelpWithAnExample) {
  for (const auto* verb :
       {"link", "invite", "list", "set-role", "set-password", "disable", "enable", "remove"}) {
    const auto help = run({"account", verb, "--help"});
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_NE(help.out.find(std::string("postrider account ") + verb), help.out.npos) << help.out;
  }
  for (const auto* verb : {"create", "list", "revoke"}) {
    const auto help = run({"key", verb, "--help"});
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_NE(help.out.find(std::string("postrider key ") + verb), help.out.npos) << help.out;
  }
}

TEST_F(AccountVerbs, MakeLinks) {
  const auto link = run({"account", "link", "--json"}).json();
  EXPECT_TRUE(link.at("link").as_string().starts_with("https://mail.example.com/setup#pr_setup_"));
  EXPECT_EQ(link.at("expires"), "2026-11-23T10:00:00Z");
  const auto invited = run({"account", "invite", "--role", "viewer", "--json"}).json();
  EXPECT_TRUE(
      invited.at("link").as_string().starts_with("https://mail.example.com/invitation#pr_invitation_"));
  EXPECT_EQ(invited.at("role"), "viewer");
  EXPECT_EQ(run({"account", "invite", "--role", "king"}).code, 2);
  EXPECT_EQ(run({"account", "invite"}).code, 2);
  EXPECT_NE(run({"account", "link"}).out.find("Open this"), std::string::npos);
}

TEST_F(AccountVerbs, RuleAccounts) {
  EXPECT_NE(run({"account", "list"}).out.find("No accounts yet"), std::string::npos);
  add("ana", Role::owner);
  add("bo", Role::viewer);
  EXPECT_EQ(run({"account", "set-role", "BO", "editor", "--json"}).json().at("role"), "editor");
  EXPECT_EQ(run({"account", "disable", "bo", "--json"}).json().at("disabled"), true);
  EXPECT_NE(run({"account", "list"}).out.find("disabled"), std::string::npos);
  EXPECT_EQ(run({"account", "enable", "bo", "--json"}).json().at("disabled"), false);
  EXPECT_EQ(run({"account", "set-password", "bo"}).code, 2);
  password_ = "correct horse battery";
  EXPECT_EQ(run({"account", "set-password", "bo"}).code, 0);
  EXPECT_EQ(run({"account", "remove", "ana"}).code, 1);
  EXPECT_EQ(run({"account", "remove", "bo", "--json"}).json().at("name"), "bo");
  const auto page = run({"account", "list", "--limit", "1", "--json"}).json();
  EXPECT_EQ(page.at("accounts").as_array().size(), 1u);
  EXPECT_EQ(page.at("accounts").as_array()[0].as_object().count("password_hash"), 0u);
  EXPECT_EQ(run({"account", "remove", "nobody"}).code, 1);
}

TEST_F(AccountVerbs, MakeListAndRevokeKeys) {
  EXPECT_NE(run({"key", "list"}).out.find("No API keys yet"), std::string::npos);
  const auto made = run({"key", "create", "--name", "ci", "--role", "owner", "--scope", "tasks", "--expires",
                         "1", "--json"})
                        .json();
  EXPECT_TRUE(made.at("key").as_string().starts_with("pr_key_"));
  EXPECT_EQ(made.at("name"), "ci");
  EXPECT_EQ(made.at("role"), "owner");
  EXPECT_EQ(made.at("scopes"), (json::array{"tasks"}));
  EXPECT_EQ(made.at("expires"), "2026-11-24T09:00:00Z");
  EXPECT_EQ(run({"key", "create", "--name", "x"}).code, 2);
  EXPECT_EQ(run({"key", "create", "--name", "x", "--scope", "all"}).code, 2);
  const auto listed = run({"key", "list", "--json"}).json().at("keys").as_array();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].as_object().count("key"), 0u);
  EXPECT_EQ(listed[0].at("last_used"), nullptr);
  EXPECT_NE(run({"key", "list"}).out.find("active"), std::string::npos);
  clock_.advance(std::chrono::days{1});
  EXPECT_NE(run({"key", "list"}).out.find("expired"), std::string::npos);
  EXPECT_EQ(run({"key", "revoke", "1"}).code, 0);
  EXPECT_NE(run({"key", "list"}).out.find("revoked"), std::string::npos);
  EXPECT_EQ(run({"key", "revoke", "2"}).code, 1);
}

}  // namespace
}  // namespace postrider
