#include "actions/mailboxes.h"

#include "actions/action_test.h"

namespace postrider {
namespace {

class Mailboxes : public ActionTest {
 protected:
  static MailboxChange office() {
    return {.from = "ana@example.com", .host = "smtp.example.com", .user = "ana", .password = "open sesame"};
  }
};

TEST_F(Mailboxes, SealThePasswordAndOpenItOnlyForTheServer) {
  const auto mailbox = add_mailbox(context_, "office", office());
  ASSERT_TRUE(mailbox.has_value()) << mailbox.error().message;
  EXPECT_EQ(mailbox->password_sealed.find("sesame"), std::string::npos);
  EXPECT_EQ(mailbox->port, 587);
  EXPECT_EQ(mailbox->cap_24h, 50);

  const auto reached = test_mailbox(context_, "office");
  ASSERT_TRUE(reached.has_value());
  EXPECT_EQ(tried_.host, "smtp.example.com");
  EXPECT_EQ(tried_.user, "ana");
  EXPECT_EQ(tried_.password, "open sesame");
}

TEST_F(Mailboxes, TakeTheUsualPortOfTheirEncryption) {
  const std::pair<Tls, int> table[] = {{Tls::none, 25}, {Tls::starttls, 587}, {Tls::implicit, 465}};
  for (const auto& [tls, port] : table) {
    MailboxChange change{.from = "ana@example.com", .host = "smtp.example.com", .tls = tls};
    const auto mailbox = add_mailbox(context_, std::string(to_string(tls)), change);
    ASSERT_TRUE(mailbox.has_value()) << mailbox.error().message;
    EXPECT_EQ(mailbox->port, port);
  }
}

TEST_F(Mailboxes, NeedAPasswordForALogin) {
  auto change = office();
  change.password.reset();
  EXPECT_EQ(add_mailbox(context_, "office", change).error().code, "no_password");
}

TEST_F(Mailboxes, KeepWhatAChangeDoesNotName) {
  ASSERT_TRUE(add_mailbox(context_, "office", office()).has_value());
  const auto changed = update_mailbox(context_, "office", {.cap_24h = 400});
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_EQ(changed->cap_24h, 400);
  EXPECT_EQ(changed->user, "ana");
  ASSERT_TRUE(test_mailbox(context_, "office").has_value());
  EXPECT_EQ(tried_.password, "open sesame");

  EXPECT_EQ(update_mailbox(context_, "office", {.sessions = 201}).error().kind, Error::Kind::invalid);
  EXPECT_EQ(store().find_mailbox("office")->sessions, 5);
}

TEST_F(Mailboxes, FromTheEnvironmentAreChangedThere) {
  Mailbox mailbox;
  mailbox.name = "default";
  mailbox.from = "ana@example.com";
  mailbox.host = "smtp.example.com";
  mailbox.from_environment = true;
  ASSERT_TRUE(store().add_mailbox(mailbox).has_value());
  EXPECT_EQ(update_mailbox(context_, "default", {.cap_24h = 1}).error().code, "mailbox_from_environment");
  EXPECT_EQ(remove_mailbox(context_, "default").error().code, "mailbox_from_environment");
}

TEST_F(Mailboxes, AreNotThereOnceRemoved) {
  ASSERT_TRUE(add_mailbox(context_, "office", office()).has_value());
  EXPECT_TRUE(remove_mailbox(context_, "office").has_value());
  EXPECT_EQ(remove_mailbox(context_, "office").error().code, "mailbox_not_found");
  EXPECT_EQ(test_mailbox(context_, "office").error().code, "mailbox_not_found");
}

}  // namespace
}  // namespace postrider
