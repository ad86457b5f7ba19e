#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using Mailboxes = NounsTest;

TEST_F(Mailboxes, AFooterStaysUntilItIsTakenAway) {
  auto mailbox = nouns().mailbox(add_mailbox("office")).value();
  EXPECT_EQ(mailbox.footer + mailbox.postal_address + mailbox.unsubscribe_address, "");
  mailbox.footer = "Leave: {{ unsubscribe_url }}";
  mailbox.postal_address = "Acme\n1 Main Street";
  mailbox.unsubscribe_address = "leave@example.com";
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  const auto kept = nouns().find_mailbox("office").value();
  EXPECT_EQ(kept.footer, mailbox.footer);
  EXPECT_EQ(kept.postal_address, mailbox.postal_address);
  EXPECT_EQ(kept.unsubscribe_address, "leave@example.com");
  mailbox.footer = mailbox.postal_address = mailbox.unsubscribe_address = "";
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  EXPECT_EQ(nouns().mailbox(mailbox.id)->footer, "");
  EXPECT_TRUE(nouns().remove_mailbox(mailbox.id));
}

TEST_F(Mailboxes, KeepARenewedRefreshTokenWhateverElseIsChanged) {
  auto mailbox = nouns().mailbox(add_mailbox("office")).value();
  EXPECT_FALSE(mailbox.oauth);
  mailbox.oauth = MailboxOAuth{.client_id = "id",
                               .client_secret_sealed = "secret",
                               .refresh_token_sealed = "first",
                               .token_uri = "https://t.example/",
                               .scope = "send",
                               .revision = 7};
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  const auto kept = [&] { return *nouns().find_mailbox("office")->oauth; };
  EXPECT_EQ(kept().client_id + kept().client_secret_sealed + kept().refresh_token_sealed, "idsecretfirst");
  EXPECT_EQ(kept().token_uri + kept().scope, "https://t.example/send");
  EXPECT_EQ(kept().revision, 7);

  nouns().keep_refresh_token(mailbox.id, 7, "renewed");
  mailbox.cap_24h = 5;  // read before the token was renewed
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  EXPECT_EQ(kept().refresh_token_sealed, "renewed");

  mailbox.oauth->revision = 8;
  mailbox.oauth->refresh_token_sealed = "a person's";
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  nouns().keep_refresh_token(mailbox.id, 7, "of the consent before");
  EXPECT_EQ(kept().refresh_token_sealed, "a person's");

  mailbox.oauth.reset();
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  EXPECT_FALSE(nouns().mailbox(mailbox.id)->oauth);
  mailbox.oauth = MailboxOAuth{.revision = 9};
  ASSERT_TRUE(nouns().update_mailbox(mailbox));
  EXPECT_TRUE(nouns().remove_mailbox(mailbox.id));
}

TEST_F(Mailboxes, ComeBackAsTheyWereAdded) {
  Mailbox mailbox{.name = "sales",
                  .from = "sales@example.com",
                  .from_name = "Sales",
                  .host = "mail.example.com",
                  .port = 465,
                  .tls = Tls::implicit,
                  .user = "sales",
                  .password_sealed = "c2VhbGVk",
                  .cap_24h = 40,
                  .per_minute = 3,
                  .sessions = 2,
                  .ca_pem = "-----BEGIN CERTIFICATE-----\nMIIB\n",
                  .pin = std::string(64, 'a'),
                  .quota_clock = "00:00 America/Los_Angeles",
                  .from_environment = true,
                  .mock = true};
  const auto id = nouns().add_mailbox(mailbox);
  ASSERT_TRUE(id);
  const auto found = nouns().find_mailbox("sales").value();
  EXPECT_EQ(found.id, *id);
  EXPECT_EQ(found.from, mailbox.from);
  EXPECT_EQ(found.from_name, mailbox.from_name);
  EXPECT_EQ(found.host, mailbox.host);
  EXPECT_EQ(found.port, 465);
  EXPECT_EQ(found.tls, Tls::implicit);
  EXPECT_EQ(found.user, "sales");
  EXPECT_EQ(found.password_sealed, "c2VhbGVk");
  EXPECT_EQ(found.cap_24h, 40);
  EXPECT_EQ(found.per_minute, 3);
  EXPECT_EQ(found.sessions, 2);
  EXPECT_TRUE(found.from_environment);
  EXPECT_TRUE(found.mock);
  EXPECT_EQ(found.ca_pem, mailbox.ca_pem);
  EXPECT_EQ(found.pin, mailbox.pin);
  EXPECT_EQ(found.quota_clock, mailbox.quota_clock);
  EXPECT_EQ(found.size_limit, 0);
  EXPECT_EQ(found.status, MailboxStatus::active);
  EXPECT_EQ(found.created, clock_.wall_now());

  auto changed = found;
  changed.ca_pem.clear();
  changed.pin.clear();
  ASSERT_TRUE(nouns().update_mailbox(changed));
  EXPECT_EQ(nouns().mailbox(*id)->ca_pem, "");
  EXPECT_EQ(nouns().mailbox(*id)->pin, "");
  EXPECT_TRUE(nouns().remove_mailbox(*id));
}

TEST_F(Mailboxes, RememberTheLargestMessageTheirServerTakes) {
  const auto id = add_mailbox("a");
  nouns().note_size_limit(id, 35'000'000);
  EXPECT_EQ(nouns().mailbox(id)->size_limit, 35'000'000);
  auto same = nouns().mailbox(id).value();
  same.cap_24h = 3;
  ASSERT_TRUE(nouns().update_mailbox(same));
  EXPECT_EQ(nouns().mailbox(id)->size_limit, 35'000'000);
}

TEST_F(Mailboxes, HaveUniqueNamesAlsoAfterAnUpdate) {
  add_mailbox("a");
  const auto b = add_mailbox("b");
  EXPECT_EQ(code_of(nouns().add_mailbox({.name = "a"})), "mailbox_exists");
  auto renamed = nouns().mailbox(b).value();
  renamed.name = "a";
  EXPECT_EQ(code_of(nouns().update_mailbox(renamed)), "mailbox_exists");
  renamed.name = "c";
  EXPECT_TRUE(nouns().update_mailbox(renamed));
  EXPECT_EQ(nouns().mailboxes().size(), 2u);
  EXPECT_EQ(code_of(nouns().find_mailbox("b")), "mailbox_not_found");
}

TEST_F(Mailboxes, AreNotRemovedWhileACampaignNeedsThem) {
  const auto mailbox = add_mailbox();
  const auto id = start();
  EXPECT_EQ(code_of(nouns().remove_mailbox(mailbox)), "mailbox_in_use");
  EXPECT_EQ(end_all(refused()), 5);
  EXPECT_TRUE(nouns().remove_mailbox(mailbox));
  EXPECT_EQ(code_of(nouns().retry(id)), "campaign_not_retryable");
  EXPECT_EQ(emails(id).size(), 5u);
}

TEST_F(Mailboxes, ThatStoppedGoOnWhenAPersonResumesThem) {
  const auto mailbox = add_mailbox();
  const auto id = start();
  const auto due = claim(1);
  ASSERT_EQ(due.size(), 1u);
  end(due[0], {.disposition = Disposition::deferred,
               .blame = Blame::mailbox,
               .mailbox_fault = AttemptOutcome::MailboxFault::stop,
               .stage = "auth",
               .reason = "wrong password"});
  EXPECT_EQ(nouns().mailbox(mailbox)->status, MailboxStatus::stopped);
  EXPECT_TRUE(claim().empty());
  EXPECT_NE(nouns().waiting(id, clock_.wall_now()).what.find("default is stopped"), std::string::npos);
  ASSERT_TRUE(nouns().resume_mailbox(mailbox));
  EXPECT_EQ(nouns().mailbox(mailbox)->status, MailboxStatus::active);
  EXPECT_EQ(end_all(delivered()), 5);
}

}  // namespace
}  // namespace postrider
