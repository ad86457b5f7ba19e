#include "store/account_store_fixture.h"

namespace postrider {
namespace {

using ApiKeys = AccountsTest;

TEST_F(ApiKeys, AreFoundByTheirHashUntilTheyAreRevoked) {
  const auto id = accounts().add_key(
      {.name = "ci", .role = Role::editor, .scopes = {"metrics", "tasks"}, .prefix = "pr_key_abcdef"},
      "hash");
  const auto key = accounts().find_key("hash", now()).value();
  EXPECT_EQ(key.id, id);
  EXPECT_EQ(key.name, "ci");
  EXPECT_EQ(key.role, Role::editor);
  EXPECT_EQ(key.scopes, (std::set<std::string>{"metrics", "tasks"}));
  EXPECT_EQ(key.prefix, "pr_key_abcdef");
  EXPECT_EQ(key.created, now());
  EXPECT_EQ(key.expires, std::nullopt);
  EXPECT_FALSE(accounts().find_key("other", now()));

  clock_.advance(std::chrono::hours{1});
  EXPECT_EQ(accounts().revoke_key(id)->revoked, now());
  EXPECT_FALSE(accounts().find_key("hash", now()));
  const auto revoked = now();
  clock_.advance(std::chrono::hours{1});
  EXPECT_EQ(accounts().revoke_key(id)->revoked, revoked) << "the first time counts";
  EXPECT_EQ(code_of(accounts().revoke_key(ApiKeyId{99})), "key_not_found");
}

TEST_F(ApiKeys, MayHaveScopesOnlyAndAnEnd) {
  accounts().add_key({.name = "scraper", .scopes = {"metrics"}, .expires = now() + std::chrono::days{1}},
                     "h");
  EXPECT_EQ(accounts().find_key("h", now())->role, std::nullopt);
  clock_.advance(std::chrono::days{1} - Micros{1});
  EXPECT_TRUE(accounts().find_key("h", now()));
  clock_.advance(Micros{1});
  EXPECT_FALSE(accounts().find_key("h", now()));
}

TEST_F(ApiKeys, WriteDownThatTheyWereUsedOnceAMinute) {
  accounts().add_key({.name = "ci", .role = Role::viewer}, "h");
  EXPECT_EQ(accounts().find_key("h", now())->last_used, std::nullopt);
  accounts().note_used(*accounts().find_key("h", now()), now());
  const auto first = now();
  EXPECT_EQ(accounts().find_key("h", now())->last_used, first);
  clock_.advance(std::chrono::seconds{59});
  accounts().note_used(*accounts().find_key("h", now()), now());
  EXPECT_EQ(accounts().find_key("h", now())->last_used, first);
  clock_.advance(std::chrono::seconds{1});
  accounts().note_used(*accounts().find_key("h", now()), now());
  EXPECT_EQ(accounts().find_key("h", now())->last_used, now());
}

TEST_F(ApiKeys, AreListedNewestFirstTheRevokedToo) {
  std::vector<ApiKeyId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(accounts().add_key({.name = "k"}, "h" + std::to_string(i)));
  ASSERT_TRUE(accounts().revoke_key(ids[2]));
  std::vector<ApiKeyId> seen;
  for (ApiKeyId before;;) {
    const auto page = accounts().keys(before, 2);
    if (page.empty()) break;
    for (const auto& key : page) seen.push_back(key.id);
    before = page.back().id;
  }
  EXPECT_EQ(seen, std::vector<ApiKeyId>(ids.rbegin(), ids.rend()));
}

}  // namespace
}  // namespace postrider
