#include "actions/sign_in.h"

#include "actions/account_links.h"
#include "actions/accounts.h"
#include "actions/action_test.h"
#include "base/token.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPassword = "correct horse battery";

class SignIn : public ActionTest {
 protected:
  static std::string token_of(const AccountLink& link) { return link.url.substr(link.url.find('#') + 1); }
  /// The first owner, "ana".
  Account set_up() {
    return accept_account_link(context_, token_of(make_setup_link(context_).value()), "ana", kPassword)
        .value();
  }
  std::string refusal(std::string_view name, std::string_view password,
                      std::string_view address = "192.0.2.1") {
    const auto login = sign_in(context_, name, password, address);
    return login ? "" : login.error().error.code;
  }
  bool is_open(const std::string& token) {
    return store_->accounts().find_session(token_hash(token), clock_.wall_now()).has_value();
  }
};

TEST_F(SignIn, BeginsWithAOneTimeLinkThatMakesTheOwner) {
  const auto link = make_setup_link(context_).value();
  EXPECT_TRUE(link.url.starts_with("https://mail.example.com/setup#pr_setup_")) << link.url;
  EXPECT_EQ(link.expires, clock_.wall_now() + 1h);
  const auto token = token_of(link);
  const auto problem = [&](std::string_view name, std::string_view password) {
    const auto made = accept_account_link(context_, token, name, password);
    return made ? "" : made.error().code;
  };
  EXPECT_EQ(problem("ana", "short"), "password_too_short");
  EXPECT_EQ(problem("ana smith", kPassword), "bad_account_name");
  EXPECT_EQ(problem("", kPassword), "bad_account_name");
  EXPECT_EQ(problem(std::string(65, 'a'), kPassword), "bad_account_name");
  EXPECT_EQ(problem("ana", kPassword), "");
  EXPECT_EQ(problem("bo", kPassword), "link_not_valid");
  EXPECT_EQ(make_setup_link(context_).error().code, "already_set_up");
  EXPECT_EQ(store_->accounts().find_account("ana")->role, Role::owner);
}

TEST_F(SignIn, OfFurtherPeopleBeginsWithAnInvitation) {
  set_up();
  const auto link = invite_account(context_, Role::viewer).value();
  EXPECT_TRUE(link.url.starts_with("https://mail.example.com/invitation#pr_invitation_")) << link.url;
  EXPECT_EQ(accept_account_link(context_, token_of(link), "bo@example.com", kPassword)->role, Role::viewer);
}

TEST_F(SignIn, GivesANewTokenEachTimeAndKeepsOnlyItsHash) {
  set_up();
  const auto first = sign_in(context_, "Ana", kPassword, "192.0.2.1");
  const auto second = sign_in(context_, "ana", kPassword, "192.0.2.1");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->token.starts_with("pr_session_"));
  EXPECT_NE(first->token, second->token);
  EXPECT_EQ(first->session.hash, token_hash(first->token));
  EXPECT_EQ(first->account.password_hash, "");
  EXPECT_TRUE(is_open(first->token));
  EXPECT_TRUE(sign_out(context_, first->token));
  EXPECT_FALSE(sign_out(context_, first->token));
  EXPECT_FALSE(is_open(first->token));
  EXPECT_TRUE(is_open(second->token));
}

TEST_F(SignIn, RefusesEveryWrongTryInTheSameWords) {
  set_up();
  const auto link = invite_account(context_, Role::viewer).value();
  ASSERT_TRUE(accept_account_link(context_, token_of(link), "bo", kPassword));
  ASSERT_TRUE(disable_account(context_, "bo"));
  const auto wrong = sign_in(context_, "ana", "a wrong password", "192.0.2.1").error().error;
  for (const auto* name : {"nobody", "bo", ""}) {
    const auto refused = sign_in(context_, name, kPassword, "192.0.2.1").error().error;
    EXPECT_EQ(refused.code, wrong.code) << name;
    EXPECT_EQ(refused.message, wrong.message) << name;
  }
}

TEST_F(SignIn, IsThrottledForKnownAndUnknownNamesAlike) {
  set_up();
  for (const auto* name : {"ana", "nobody"}) {
    const std::string network = name == std::string("ana") ? "192.0.2." : "198.51.100.";
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(refusal(name, "a wrong password", network + std::to_string(i)), "sign_in_refused") << i;
    }
    const auto blocked = sign_in(context_, name, kPassword, network + "9");
    EXPECT_EQ(blocked.error().error.code, "too_many_sign_ins");
    EXPECT_EQ(blocked.error().blocked_until, clock_.wall_now() + 5s);
  }
  clock_.advance(5s);
  EXPECT_EQ(refusal("ana", kPassword), "");
}

TEST_F(SignIn, CountsAWholeNetworkOfIpv6AsOneAddress) {
  EXPECT_EQ(throttle_key_of_address("2001:db8:0:1:aaaa::5"), "address:2001:db8:0:1::/64");
  EXPECT_EQ(throttle_key_of_address("2001:db8:0:1::6"), "address:2001:db8:0:1::/64");
  EXPECT_EQ(throttle_key_of_address("::ffff:192.0.2.1"), "address:192.0.2.1");
  EXPECT_EQ(throttle_key_of_address("192.0.2.1"), "address:192.0.2.1");
}

TEST_F(SignIn, EndsEverywhereWhenThePasswordChanges) {
  const auto ana = set_up();
  const auto first = sign_in(context_, "ana", kPassword, "192.0.2.1")->token;
  const auto second = sign_in(context_, "ana", kPassword, "192.0.2.2")->token;
  constexpr std::string_view wanted = "another long password";
  EXPECT_EQ(change_password(context_, ana.id, "a wrong one", wanted, "192.0.2.1").error().error.code,
            "wrong_password");
  EXPECT_EQ(change_password(context_, ana.id, kPassword, "short", "192.0.2.1").error().error.code,
            "password_too_short");
  EXPECT_TRUE(is_open(first));
  ASSERT_TRUE(change_password(context_, ana.id, kPassword, wanted, "192.0.2.1"));
  EXPECT_FALSE(is_open(first));
  EXPECT_FALSE(is_open(second));
  EXPECT_EQ(refusal("ana", kPassword), "sign_in_refused");
  const auto third = sign_in(context_, "ana", wanted, "192.0.2.1");
  ASSERT_TRUE(third);

  ASSERT_TRUE(set_account_password(context_, "ANA", kPassword));
  EXPECT_FALSE(is_open(third->token));
  EXPECT_EQ(set_account_password(context_, "ana", "short").error().code, "password_too_short");
}

}  // namespace
}  // namespace postrider
