#include "actions/api_keys.h"

#include "actions/action_test.h"
#include "base/token.h"

namespace postrider {
namespace {

class Keys : public ActionTest {
 protected:
  std::string problem(const KeyWish& wish) {
    const auto made = create_key(context_, wish);
    return made ? "" : made.error().code;
  }
};

TEST_F(Keys, AreShownOnceAndKeptAsTheirHash) {
  const auto made = create_key(context_, {.name = " ci ", .role = Role::editor, .scopes = {"metrics"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->token.starts_with("pr_key_"));
  EXPECT_EQ(made->key.name, "ci");
  EXPECT_EQ(made->key.prefix, made->token.substr(0, 13));
  const auto found = store_->accounts().find_key(token_hash(made->token), clock_.wall_now());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, made->key.id);
  EXPECT_EQ(found->role, Role::editor);
  EXPECT_EQ(found->scopes, std::set<std::string>{"metrics"});
  EXPECT_FALSE(store_->accounts().find_key(made->token, clock_.wall_now())) << "the key itself is nowhere";
  ASSERT_TRUE(revoke_key(context_, made->key.id));
  EXPECT_FALSE(store_->accounts().find_key(token_hash(made->token), clock_.wall_now()));
}

TEST_F(Keys, NeedANameAndSomethingTheyMayDo) {
  EXPECT_EQ(problem({.name = "x", .scopes = {"tasks"}}), "");
  EXPECT_EQ(problem({.name = "x"}), "key_without_rights");
  EXPECT_EQ(problem({.name = " ", .role = Role::viewer}), "bad_key_name");
  EXPECT_EQ(problem({.name = std::string(65, 'x'), .role = Role::viewer}), "bad_key_name");
  EXPECT_EQ(problem({.name = "a\nb", .role = Role::viewer}), "bad_key_name");
  EXPECT_EQ(problem({.name = "x", .scopes = {"everything"}}), "unknown_scope");
  EXPECT_EQ(problem({.name = "", .scopes = {}}), "bad_key");
  EXPECT_EQ(revoke_key(context_, ApiKeyId{99}).error().code, "key_not_found");
}

TEST_F(Keys, EndWhenTheirTimeIsOver) {
  const auto made = create_key(context_, {.name = "x", .role = Role::viewer, .life = std::chrono::days{1}});
  EXPECT_EQ(made->key.expires, clock_.wall_now() + std::chrono::days{1});
  clock_.advance(std::chrono::days{1});
  EXPECT_FALSE(store_->accounts().find_key(token_hash(made->token), clock_.wall_now()));
}

}  // namespace
}  // namespace postrider
