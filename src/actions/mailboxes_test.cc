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

TEST_F(Mailboxes, WithOAuthKeepNoPasswordAndSealTheirSecrets) {
  auto change = office();
  change.oauth_client_id = "client";
  change.oauth_client_secret = "canary secret";
  change.oauth_refresh_token = "canary-refresh";
  change.oauth_token_uri = "https://tokens.example/token";
  EXPECT_EQ(add_mailbox(context_, "office", change).error().code, "bad_oauth_secret");
  change.oauth_client_secret = "canary-secret";
  const auto mailbox = add_mailbox(context_, "office", change);
  ASSERT_TRUE(mailbox.has_value()) << mailbox.error().message;
  EXPECT_EQ(mailbox->password_sealed, "");
  const auto& oauth = mailbox->oauth.value();
  EXPECT_EQ(secrets_.open(oauth.client_secret_sealed), "canary-secret");
  EXPECT_EQ(secrets_.open(oauth.refresh_token_sealed), "canary-refresh");
  EXPECT_EQ((oauth.client_secret_sealed + oauth.refresh_token_sealed).find("canary"), std::string::npos);

  ASSERT_TRUE(update_mailbox(context_, "office", {.cap_24h = 5}).has_value());
  EXPECT_EQ(store().find_mailbox("office")->oauth->revision, oauth.revision);
  const auto renewed = update_mailbox(context_, "office", {.oauth_refresh_token = "another"});
  ASSERT_TRUE(renewed.has_value()) << renewed.error().message;
  EXPECT_GT(renewed->oauth->revision, oauth.revision);
  EXPECT_EQ(secrets_.open(renewed->oauth->client_secret_sealed), "canary-secret");

  EXPECT_EQ(update_mailbox(context_, "office", {.oauth_client_id = "none"}).error().code, "no_password");
  const auto back =
      update_mailbox(context_, "office", {.password = "open sesame", .oauth_client_id = "none"});
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_FALSE(back->oauth);
}

TEST_F(Mailboxes, SayWhatTheirOAuthLacks) {
  const auto refused = [&](MailboxChange more) {
    more.from = "ana@example.com";
    more.host = more.host.value_or("smtp.example.com");
    more.user = "ana";
    const auto added = add_mailbox(context_, "office", more);
    return added ? "-" : added.error().code;
  };
  EXPECT_EQ(refused({.oauth_refresh_token = "r"}), "no_client_id");
  EXPECT_EQ(refused({.oauth_client_id = "c", .oauth_refresh_token = "r"}), "no_token_uri");
  EXPECT_EQ(refused({.host = "smtp.gmail.com", .oauth_client_id = "c"}), "no_refresh_token");
  EXPECT_EQ(refused({.host = "smtp.gmail.com",
                     .oauth_client_id = "c",
                     .oauth_refresh_token = "r",
                     .oauth_tenant = "example.com"}),
            "bad_tenant");
  for (const auto* uri : {"http://tokens.example/", "ftp://tokens.example/", "tokens", ""}) {
    EXPECT_EQ(refused({.oauth_client_id = "c", .oauth_refresh_token = "r", .oauth_token_uri = uri}),
              "bad_mailbox")
        << uri;
  }
}

TEST_F(Mailboxes, WithOAuthAreEnteredByTheirOwnTokens) {
  class NoTokens : public AccessTokens {
    void token(Done) override {}
    void forget(const std::string&) override {}
  };
  const auto tokens = std::make_shared<NoTokens>();
  context_.tokens_of = [&](const Mailbox&) -> Result<std::shared_ptr<AccessTokens>> { return tokens; };
  ASSERT_TRUE(
      add_mailbox(
          context_, "office",
          {.from = "ana@gmail.com", .oauth_client_id = "c", .oauth_refresh_token = "r", .preset = "gmail"})
          .has_value());
  ASSERT_TRUE(test_mailbox(context_, "office").has_value());
  EXPECT_EQ(tried_.tokens, tokens);
  EXPECT_EQ(tried_.password, "");
  EXPECT_EQ(store().find_mailbox("office")->oauth->scope, "https://mail.google.com/");
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

TEST_F(Mailboxes, OfAPresetHaveItsSettingsWhereNothingElseIsSaid) {
  const auto gmail =
      add_mailbox(context_, "g", {.from = "ana@gmail.com", .password = "x", .preset = "gmail"});
  ASSERT_TRUE(gmail.has_value()) << gmail.error().message;
  EXPECT_EQ(gmail->host, "smtp.gmail.com");
  EXPECT_EQ(gmail->port, 587);
  EXPECT_EQ(gmail->user, "ana@gmail.com");
  EXPECT_EQ(gmail->cap_24h, 400);
  EXPECT_EQ(gmail->quota_clock, "rolling");

  const auto own = add_mailbox(context_, "own",
                               {.from = "ana@example.com",
                                .user = "ana",
                                .password = "x",
                                .tls = Tls::implicit,
                                .cap_24h = 7,
                                .preset = "gmail"});
  ASSERT_TRUE(own.has_value()) << own.error().message;
  EXPECT_EQ(own->port, 465);
  EXPECT_EQ(own->user, "ana");
  EXPECT_EQ(own->cap_24h, 7);

  MailboxChange ses{.from = "ana@example.com", .user = "AKIA", .password = "x", .preset = "ses"};
  EXPECT_EQ(add_mailbox(context_, "ses", ses).error().code, "bad_region");
  ses.region = "eu-west-1";
  EXPECT_EQ(add_mailbox(context_, "ses", ses)->host, "email-smtp.eu-west-1.amazonaws.com");
  ses.user.reset();
  EXPECT_EQ(add_mailbox(context_, "ses2", ses).error().code, "no_user");
  EXPECT_EQ(add_mailbox(context_, "x", {.from = "a@b.example", .preset = "aol"}).error().code, "bad_preset");
  EXPECT_EQ(add_mailbox(context_, "x", {.from = "a@b.example", .host = "h", .region = "eu"}).error().code,
            "bad_region");
}

TEST_F(Mailboxes, TakeAPinAsToolsWriteItAndLoseItAgain) {
  auto change = office();
  change.pin =
      "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89";
  EXPECT_EQ(add_mailbox(context_, "office", change)->pin,
            "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
  EXPECT_EQ(update_mailbox(context_, "office", {.pin = "none"})->pin, "");
  EXPECT_EQ(update_mailbox(context_, "office", {.pin = "abcd"}).error().code, "bad_mailbox");
  EXPECT_EQ(update_mailbox(context_, "office", {.quota_clock = "midnight"}).error().code, "bad_quota_clock");
}

TEST_F(Mailboxes, LearnTheLargestMessageByTheirTestAndGetAdviceWhereItFails) {
  ASSERT_TRUE(add_mailbox(context_, "office", office()).has_value());
  trial_.max_size = 35'000'000;
  const auto good = test_mailbox(context_, "office");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->advice, "");
  EXPECT_EQ(store().find_mailbox("office")->size_limit, 35'000'000);

  trial_ = {.trouble = Trouble{.kind = Trouble::Kind::tls_cert, .text = "self-signed certificate"},
            .certificate = CertificateSeen{.pin = "4bcd"}};
  const auto bad = test_mailbox(context_, "office");
  ASSERT_TRUE(bad.has_value());
  EXPECT_NE(bad->advice.find("--tls-pin 4bcd"), std::string::npos) << bad->advice;
  EXPECT_EQ(store().find_mailbox("office")->size_limit, 35'000'000);
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
