#include "store/account_store_fixture.h"

namespace postrider {
namespace {

class Invitations : public AccountsTest {
 protected:
  Result<void> invite(const std::string& hash, bool setup, Role role) {
    return accounts().add_invitation({.hash = hash,
                                      .setup = setup,
                                      .role = role,
                                      .by = "local:ana",
                                      .created = now(),
                                      .expires = now() + std::chrono::hours{1}});
  }
  Result<AccountId> accept(const std::string& hash, const std::string& name) {
    return accounts().accept_invitation(hash, {.name = name, .password_hash = "x"}, now());
  }
};

TEST_F(Invitations, ToSetUpMakeTheOwnerOnceAndOnlyTheFirst) {
  ASSERT_TRUE(invite("s1", true, Role::owner));
  ASSERT_TRUE(invite("s2", true, Role::owner));
  EXPECT_EQ(code_of(accept("s1", "eve")), "link_not_valid") << "the newer link replaced it";
  const auto ana = accept("s2", "ana");
  ASSERT_TRUE(ana) << ana.error().message;
  EXPECT_EQ(accounts().account(*ana)->role, Role::owner);
  EXPECT_EQ(code_of(accept("s2", "eve")), "link_not_valid");
  EXPECT_EQ(code_of(invite("s3", true, Role::owner)), "already_set_up");
}

TEST_F(Invitations, ToSetUpAreNoLongerGoodOnceThereIsAnAccount) {
  ASSERT_TRUE(invite("s", true, Role::owner));
  EXPECT_TRUE(accounts().find_invitation("s", now())->setup);
  add("ana");
  EXPECT_FALSE(accounts().find_invitation("s", now()));
  EXPECT_EQ(code_of(accept("s", "eve")), "link_not_valid");
}

TEST_F(Invitations, MakeAnAccountWithTheirRoleOnce) {
  add("ana");
  ASSERT_TRUE(invite("i", false, Role::editor));
  const auto found = accounts().find_invitation("i", now()).value();
  EXPECT_EQ(found.role, Role::editor);
  EXPECT_EQ(found.by, "local:ana");
  EXPECT_FALSE(found.setup);
  EXPECT_EQ(code_of(accept("i", "Ana")), "account_exists");
  const auto bo = accept("i", "bo");
  ASSERT_TRUE(bo) << "a taken name left the link usable";
  EXPECT_EQ(accounts().account(*bo)->role, Role::editor);
  EXPECT_EQ(code_of(accept("i", "cy")), "link_not_valid");
}

TEST_F(Invitations, Expire) {
  ASSERT_TRUE(invite("s", true, Role::owner));
  clock_.advance(std::chrono::hours{1} - Micros{1});
  EXPECT_TRUE(accounts().find_invitation("s", now()));
  clock_.advance(Micros{1});
  EXPECT_FALSE(accounts().find_invitation("s", now()));
  EXPECT_EQ(code_of(accept("s", "ana")), "link_not_valid");
}

TEST_F(Invitations, AreBounded) {
  add("ana");
  for (int i = 0; i < kMostInvitations; ++i)
    ASSERT_TRUE(invite("i" + std::to_string(i), false, Role::viewer));
  EXPECT_EQ(code_of(invite("more", false, Role::viewer)), "too_many_invitations");
  clock_.advance(std::chrono::hours{1});
  EXPECT_TRUE(invite("more", false, Role::viewer)) << "the expired have gone";
}

}  // namespace
}  // namespace postrider
