#include "store/account_store_fixture.h"

namespace postrider {
namespace {

using Accounts = AccountsTest;

TEST_F(Accounts, ComeBackAsTheyWereMade) {
  EXPECT_FALSE(accounts().has_accounts());
  const auto id = add("Ana", Role::owner);
  EXPECT_TRUE(accounts().has_accounts());
  const auto account = accounts().find_account("aNA").value();
  EXPECT_EQ(account.id, id);
  EXPECT_EQ(account.name, "Ana");
  EXPECT_EQ(account.role, Role::owner);
  EXPECT_EQ(account.password_hash, "hash of Ana");
  EXPECT_EQ(account.created, now());
  EXPECT_FALSE(account.disabled);
  EXPECT_EQ(accounts().account(id)->name, "Ana");
  EXPECT_EQ(code_of(accounts().find_account("bo")), "account_not_found");
  EXPECT_EQ(code_of(accounts().account(AccountId{99})), "account_not_found");
}

TEST_F(Accounts, HaveNamesThatAreUniqueWhateverTheirCase) {
  add("ana");
  EXPECT_EQ(code_of(accounts().create_account({.name = "ANA"})), "account_exists");
}

TEST_F(Accounts, AreListedPageByPage) {
  for (const auto* name : {"ana", "bo", "cy", "di", "ed"}) add(name, Role::viewer);
  std::string seen;
  for (AccountId after;;) {
    const auto page = accounts().accounts(after, 2);
    if (page.empty()) break;
    for (const auto& account : page) seen += account.name + " ";
    after = page.back().id;
  }
  EXPECT_EQ(seen, "ana bo cy di ed ");
}

TEST_F(Accounts, KeepTheLastOwnerWhoCanLogIn) {
  const auto ana = add("ana"), bo = add("bo"), cy = add("cy", Role::editor);
  ASSERT_TRUE(accounts().disable_account(bo));
  EXPECT_EQ(code_of(accounts().set_role(ana, Role::editor)), "last_owner");
  EXPECT_EQ(code_of(accounts().disable_account(ana)), "last_owner");
  EXPECT_EQ(code_of(accounts().remove_account(ana)), "last_owner");
  EXPECT_TRUE(accounts().set_role(ana, Role::owner));
  EXPECT_TRUE(accounts().remove_account(cy));

  ASSERT_TRUE(accounts().enable_account(bo));
  EXPECT_TRUE(accounts().set_role(ana, Role::viewer));
  EXPECT_EQ(accounts().account(ana)->role, Role::viewer);
  EXPECT_EQ(code_of(accounts().remove_account(bo)), "last_owner");
  EXPECT_TRUE(accounts().remove_account(ana));
}

TEST_F(Accounts, ThatAreNotThereCannotBeChanged) {
  add("ana");
  const AccountId nobody{99};
  EXPECT_EQ(code_of(accounts().set_role(nobody, Role::owner)), "account_not_found");
  EXPECT_EQ(code_of(accounts().set_role(nobody, Role::viewer)), "account_not_found");
  EXPECT_EQ(code_of(accounts().set_password(nobody, "x")), "account_not_found");
  EXPECT_EQ(code_of(accounts().disable_account(nobody)), "account_not_found");
  EXPECT_EQ(code_of(accounts().enable_account(nobody)), "account_not_found");
  EXPECT_EQ(code_of(accounts().remove_account(nobody)), "account_not_found");
}

TEST_F(Accounts, LoseAllTheirSessionsWithTheirPassword) {
  const auto ana = add("ana"), bo = add("bo");
  open_session(ana, "a1");
  open_session(ana, "a2");
  open_session(bo, "b1");
  ASSERT_TRUE(accounts().set_password(ana, "new hash"));
  EXPECT_EQ(accounts().account(ana)->password_hash, "new hash");
  EXPECT_FALSE(is_open("a1"));
  EXPECT_FALSE(is_open("a2"));
  EXPECT_TRUE(is_open("b1"));

  open_session(ana, "a3");
  ASSERT_TRUE(accounts().disable_account(ana));
  EXPECT_FALSE(is_open("a3"));
  ASSERT_TRUE(accounts().enable_account(ana));
  EXPECT_FALSE(is_open("a3")) << "what ended stays ended";
  open_session(ana, "a4");
  ASSERT_TRUE(accounts().remove_account(ana));
  EXPECT_FALSE(is_open("a4"));
}

TEST_F(Accounts, NeverGetTheIdOfARemovedOne) {
  add("ana");
  const auto bo = add("bo");
  ASSERT_TRUE(accounts().remove_account(bo));
  EXPECT_GT(add("cy"), bo);
}

}  // namespace
}  // namespace postrider
