#include "campaign/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace postrider {
namespace {

using testing::HasSubstr;

Mailbox good() {
  Mailbox mailbox;
  mailbox.name = "main";
  mailbox.from = "ana@example.com";
  mailbox.host = "smtp.example.com";
  mailbox.user = "ana";
  return mailbox;
}

TEST(Mailbox, SpellingsOfTlsAreReadBack) {
  for (const Tls tls : {Tls::none, Tls::starttls, Tls::implicit}) EXPECT_EQ(parse_tls(to_string(tls)), tls);
  EXPECT_FALSE(parse_tls("ssl"));
  EXPECT_EQ(to_string(MailboxStatus::stopped), "stopped");
}

TEST(Mailbox, GoodSettingsAreAccepted) {
  const struct {
    const char* why;
    std::function<void(Mailbox&)> change;
  } rows[] = {
      {"as it is", [](Mailbox&) {}},
      {"no login, no TLS", [](Mailbox& m) { m.user = "", m.tls = Tls::none; }},
      {"login without TLS on 127.0.0.1", [](Mailbox& m) { m.host = "127.0.0.1", m.tls = Tls::none; }},
      {"login without TLS on 127.8.9.10", [](Mailbox& m) { m.host = "127.8.9.10", m.tls = Tls::none; }},
      {"login without TLS on ::1", [](Mailbox& m) { m.host = "::1", m.tls = Tls::none; }},
      {"login without TLS on localhost", [](Mailbox& m) { m.host = "Localhost", m.tls = Tls::none; }},
      {"no limits", [](Mailbox& m) { m.cap_24h = 0, m.per_minute = 0; }},
      {"highest limits", [](Mailbox& m) { m.cap_24h = 1'000'000, m.per_minute = 10'000, m.sessions = 200; }},
      {"accents in the name people see", [](Mailbox& m) { m.from_name = "Zoë Müller"; }},
      {"a pin", [](Mailbox& m) { m.pin = std::string(64, 'a'); }},
      {"an authority of its own", [](Mailbox& m) { m.ca_pem = "-----BEGIN CERTIFICATE-----\n"; }},
      {"OAuth",
       [](Mailbox& m) {
         m.oauth = MailboxOAuth{.client_id = "c", .token_uri = "https://t.example/common/v2.0/token"};
       }},
      {"OAuth at this machine",
       [](Mailbox& m) { m.oauth = MailboxOAuth{.client_id = "c", .token_uri = "http://127.0.0.1:9/token"}; }},
      {"mock mode without a server", [](Mailbox& m) { m.mock = true, m.host = ""; }},
  };
  for (const auto& row : rows) {
    auto mailbox = good();
    row.change(mailbox);
    const auto valid = validate(mailbox);
    EXPECT_TRUE(valid) << row.why << ": " << valid.error().message;
  }
}

TEST(Mailbox, BadSettingsAreRefusedWithTheirName) {
  const struct {
    const char* says;
    std::function<void(Mailbox&)> change;
  } rows[] = {
      {"The name", [](Mailbox& m) { m.name = ""; }},
      {"The name", [](Mailbox& m) { m.name = "two words"; }},
      {"The name", [](Mailbox& m) { m.name = std::string(65, 'a'); }},
      {"The From address \"nobody\"", [](Mailbox& m) { m.from = "nobody"; }},
      {"The From name", [](Mailbox& m) { m.from_name = "Ana\r\nBcc: x@example.com"; }},
      {"The SMTP host", [](Mailbox& m) { m.host = ""; }},
      {"The SMTP host", [](Mailbox& m) { m.host = "smtp.example.com\r\n"; }},
      {"The SMTP port", [](Mailbox& m) { m.port = 0; }},
      {"The user", [](Mailbox& m) { m.user = "ana\n"; }},
      {"needs TLS", [](Mailbox& m) { m.tls = Tls::none; }},
      {"needs TLS", [](Mailbox& m) { m.tls = Tls::none, m.host = "127.0.0.1.example.com"; }},
      {"needs TLS", [](Mailbox& m) { m.tls = Tls::none, m.host = "127.example.co.uk"; }},
      {"The pin", [](Mailbox& m) { m.pin = "abc"; }},
      {"The pin", [](Mailbox& m) { m.pin = std::string(64, 'A'); }},
      {"PEM form", [](Mailbox& m) { m.ca_pem = "MIIB"; }},
      {"64 KiB", [](Mailbox& m) { m.ca_pem = "-----BEGIN CERTIFICATE-----" + std::string(65536, 'A'); }},
      {"needs TLS", [](Mailbox& m) { m.user = "", m.tls = Tls::none, m.pin = std::string(64, 'a'); }},
      {"The cap in 24 hours", [](Mailbox& m) { m.cap_24h = -1; }},
      {"The cap in 24 hours", [](Mailbox& m) { m.cap_24h = 1'000'001; }},
      {"The limit per minute", [](Mailbox& m) { m.per_minute = 10'001; }},
      {"The number of sessions", [](Mailbox& m) { m.sessions = 0; }},
      {"The number of sessions", [](Mailbox& m) { m.sessions = 201; }},
  };
  for (const auto& row : rows) {
    auto mailbox = good();
    row.change(mailbox);
    const auto valid = validate(mailbox);
    ASSERT_FALSE(valid) << row.says;
    EXPECT_THAT(valid.error().message, HasSubstr(row.says));
  }
}

TEST(Mailbox, AllProblemsAreToldAtOnce) {
  Mailbox mailbox;
  mailbox.port = 0;
  mailbox.sessions = 0;
  const auto valid = validate(mailbox);
  ASSERT_FALSE(valid);
  for (const char* part : {"The name", "The From address", "The SMTP host", "The SMTP port", "sessions"}) {
    EXPECT_THAT(valid.error().message, HasSubstr(part));
  }
}

}  // namespace
}  // namespace postrider
