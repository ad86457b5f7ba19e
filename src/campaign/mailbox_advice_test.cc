#include "campaign/mailbox_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postrider {
namespace {

using testing::HasSubstr;
using Kind = Trouble::Kind;

Trouble said(Stage stage, int code, const char* enhanced = "") {
  return {.kind = Kind::reply, .stage = stage, .reply = {.code = code, .enhanced = enhanced}};
}

Trouble happened(Kind kind, Stage stage, const char* text = "") {
  return {.kind = kind, .stage = stage, .text = text};
}

TEST(Advice, FitsTheTroubleAndTheMailbox) {
  const struct {
    const char* what;
    Trouble trouble;
    const char* host;
    int port;
    Tls tls;
    const char* says;
  } rows[] = {
      {"unknown host", happened(Kind::no_host, Stage::connect), "smtp.exmaple.com", 587, Tls::starttls,
       "mailbox update office --smtp-host"},
      {"no name service", happened(Kind::dns, Stage::connect), "h", 587, Tls::starttls, "name service"},
      {"port 25 closed", happened(Kind::connect, Stage::connect), "h", 25, Tls::none, "--smtp-port 587"},
      {"port closed", happened(Kind::connect, Stage::connect), "h", 587, Tls::starttls, "firewall"},
      {"port 25 refused", happened(Kind::port_closed, Stage::connect), "h", 25, Tls::none, "--smtp-port 587"},
      {"port refused", happened(Kind::port_closed, Stage::connect), "h", 587, Tls::starttls, "firewall"},
      {"no proof", happened(Kind::server_proof, Stage::auth), "h", 587, Tls::starttls,
       "another than it says"},
      {"465 and starttls", happened(Kind::timeout, Stage::greeting), "h", 465, Tls::starttls,
       "--tls implicit"},
      {"587 and implicit", happened(Kind::tls_failed, Stage::starttls), "h", 587, Tls::implicit,
       "--tls starttls"},
      {"old TLS", happened(Kind::tls_failed, Stage::starttls), "h", 587, Tls::starttls, "TLS 1.2"},
      {"no STARTTLS", happened(Kind::tls_required, Stage::starttls), "h", 587, Tls::starttls,
       "--tls implicit --smtp-port 465"},
      {"password in clear", happened(Kind::tls_required, Stage::auth), "h", 25, Tls::none, "--tls starttls"},
      {"expired", happened(Kind::tls_cert, Stage::starttls, "certificate has expired"), "h", 587,
       Tls::starttls, "--tls-pin 4bcd"},
      {"wrong name", happened(Kind::tls_cert, Stage::starttls, "hostname mismatch"), "h", 587, Tls::starttls,
       "is for a.example, b.example"},
      {"self-signed", happened(Kind::tls_cert, Stage::starttls, "self-signed certificate"), "h", 587,
       Tls::starttls, "--tls-pin 4bcd"},
      {"unknown authority",
       happened(Kind::tls_cert, Stage::starttls, "unable to get local issuer certificate"), "h", 587,
       Tls::starttls, "--tls-ca FILE"},
      {"another key", happened(Kind::tls_cert, Stage::starttls, "not the pinned key"), "h", 587,
       Tls::starttls, "another key"},
      {"injection", happened(Kind::injection, Stage::starttls), "h", 587, Tls::starttls, "Do not send"},
      {"busy", said(Stage::greeting, 421), "h", 587, Tls::starttls, "some minutes"},
      {"unwanted", said(Stage::greeting, 554), "h", 25, Tls::starttls, "submission port"},
      {"a web server", happened(Kind::garbage, Stage::greeting), "h", 80, Tls::none, "no mail server"},
      {"EHLO refused", said(Stage::ehlo, 550), "h", 587, Tls::starttls, "SMTP_HELLO_NAME"},
      {"wrong password", said(Stage::auth, 535, "5.7.8"), "h", 587, Tls::starttls,
       "mailbox update office --ask-password"},
      {"wrong password at Gmail", said(Stage::auth, 535, "5.7.8"), "smtp.gmail.com", 587, Tls::starttls,
       "myaccount.google.com/apppasswords"},
      {"wrong password at Microsoft", said(Stage::auth, 535, "5.7.139"), "smtp.office365.com", 587,
       Tls::starttls, "Authenticated SMTP"},
      {"wrong password at Amazon", said(Stage::auth, 535), "email-smtp.eu-west-1.amazonaws.com", 587,
       Tls::starttls, "SMTP credentials"},
      {"app password wanted", said(Stage::auth, 534, "5.7.9"), "smtp.gmail.com", 587, Tls::starttls,
       "app password"},
      {"TLS first", said(Stage::auth, 538), "h", 587, Tls::none, "--tls starttls"},
      {"too many logins", said(Stage::auth, 454, "4.7.0"), "h", 587, Tls::starttls, "quarter of an hour"},
      {"no login offered", happened(Kind::no_auth, Stage::auth), "h", 587, Tls::starttls, "SCRAM-SHA-256"},
      {"no login by token offered",
       happened(Kind::no_auth, Stage::auth, "no way to log in by an access token (XOAUTH2)"), "h", 587,
       Tls::starttls, "--oauth-client-id none"},
      {"no token now", happened(Kind::no_token, Stage::connect), "h", 587, Tls::starttls,
       "goes on by itself"},
      {"token refused", happened(Kind::token_refused, Stage::auth), "h", 587, Tls::starttls,
       "--ask-refresh-token"},
      {"consent withdrawn", happened(Kind::consent, Stage::connect), "h", 587, Tls::starttls,
       "mailbox update office --ask-refresh-token"},
      {"no login offered in clear", happened(Kind::no_auth, Stage::auth), "h", 587, Tls::none,
       "--tls starttls"},
      {"login wanted", said(Stage::mail, 530, "5.7.0"), "h", 587, Tls::starttls, "--user USER"},
      {"not its sender", said(Stage::mail, 553, "5.7.1"), "h", 587, Tls::starttls, "send as ana@example.com"},
      {"quota", said(Stage::mail, 550, "5.4.5"), "h", 587, Tls::starttls, "quota"},
      {"not now", said(Stage::mail, 452), "h", 587, Tls::starttls, "Try again later"},
      {"hung up", happened(Kind::closed, Stage::ehlo), "h", 587, Tls::starttls, "hung up"},
      {"silent", happened(Kind::timeout, Stage::ehlo), "h", 587, Tls::starttls, "kept silent"},
      {"anything else", happened(Kind::stopped, Stage::ehlo), "h", 587, Tls::starttls, "mailbox show office"},
  };
  for (const auto& row : rows) {
    const Mailbox mailbox{.name = "office",
                          .from = "ana@example.com",
                          .host = row.host,
                          .port = static_cast<std::uint16_t>(row.port),
                          .tls = row.tls};
    const auto text = advice_on(row.trouble, mailbox, "4bcd", "a.example, b.example");
    EXPECT_THAT(text, HasSubstr(row.says)) << row.what;
    EXPECT_EQ(text.find('{'), text.npos) << row.what << ": " << text;
  }
}

TEST(Advice, SaysWhyAMailboxStandsStillAndUntilWhen) {
  Mailbox mailbox{.name = "office"};
  EXPECT_EQ(standing_of(mailbox), "");
  mailbox.status = MailboxStatus::paused;
  mailbox.why = "The server is away.";
  mailbox.paused_until = WallTime{std::chrono::seconds{1'000'000'000}};
  EXPECT_THAT(standing_of(mailbox), HasSubstr("paused until 2001-09-09T01:46:40"));
  EXPECT_THAT(standing_of(mailbox), HasSubstr("The server is away."));
  EXPECT_THAT(standing_of(mailbox), HasSubstr("mailbox resume office"));
  mailbox.status = MailboxStatus::stopped;
  EXPECT_THAT(standing_of(mailbox), HasSubstr("until a person acts"));
}

// SMTP-AUTH-14
TEST(Advice, SaysThatAMailboxWaitsForAConsent) {
  Mailbox mailbox{.name = "office", .oauth = MailboxOAuth{}, .status = MailboxStatus::stopped};
  mailbox.why = "The certificate is not to be trusted.";
  EXPECT_FALSE(needs_consent(mailbox));
  for (const Kind kind : {Kind::consent, Kind::token_refused}) {
    mailbox.why = interpret({.kind = kind, .stage = Stage::auth}).reason + " invalid_grant.";
    EXPECT_TRUE(needs_consent(mailbox));
    EXPECT_THAT(standing_of(mailbox), HasSubstr("`postrider mailbox update office --ask-refresh-token`"));
    EXPECT_THAT(standing_of(mailbox), HasSubstr("reconsent"));
  }
  mailbox.status = MailboxStatus::active;
  EXPECT_FALSE(needs_consent(mailbox));
}

}  // namespace
}  // namespace postrider
