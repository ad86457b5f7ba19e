// Whom we believe to be the mail server, and what is believed of what it said before TLS.

#include "smtp/tls_trust.h"

#include <gtest/gtest.h>

#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

const std::string offers_tls = "250-test\r\n250-PIPELINING\r\n250-AUTH LOGIN\r\n250 STARTTLS\r\n";
const Script mail_in_lock_step{Hear{"com>\r\n"},  Say{"250 a\r\n"}, Hear{"net>\r\n"},
                               Say{"250 b\r\n"},  Hear{"DATA\r\n"}, Say{"354 c\r\n"},
                               Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}};

/// STARTTLS, then `rest` under TLS.
Script upgraded(const Script& rest, const std::string& under_tls = "250 test\r\n") {
  Script script = greeted(
      {Hear{"STARTTLS\r\n"}, Say{"220 go\r\n"}, Encrypt{}, Hear{"EHLO client.test\r\n"}, Say{under_tls}},
      offers_tls);
  script.insert(script.end(), rest.begin(), rest.end());
  return script;
}

struct Row {
  const char* name;
  TestCertificate::Wish wish;
  bool trust = true;
  const char* words;  ///< of the trouble; empty: there is none
};
const Row rows[] = {
    {"Good", {}, true, ""},
    {"UnknownAuthority", {}, false, "issuer certificate"},
    {"Expired", {.expired = true}, true, "expired"},
    {"WrongName", {.name = "mail.example.com"}, true, "mismatch"},
    {"SelfSigned", {.self_signed = true}, true, "self-signed"},
};

class TlsTrustTable : public testing::TestWithParam<Row> {
 protected:
  /// Sends one mail and notes who shook hands.
  Outcome send(ScriptedServer&, MailServer settings) {
    settings.host = "localhost";
    SmtpOptions options = quick_options();
    options.observe = [this](const EntryStep& step) {
      if (step.peer) peer_ = step.peer;
    };
    return deliver_all(options, settings, {{envelope_to("anna"), "x\r\n"}}).at(0);
  }
  std::optional<TlsPeer> peer_;
};

// SMTP-STARTTLS-05, SMTP-STARTTLS-06, SMTP-S-02
TEST_P(TlsTrustTable, BelievesAGoodCertificateOnly) {
  const TestCertificate certificate(GetParam().wish);
  ScriptedServer server({upgraded(mail_in_lock_step)}, &certificate);
  MailServer settings = server.settings(Tls::starttls);
  if (GetParam().trust) settings.ca_pem = certificate.authority_pem();
  const Outcome outcome = send(server, settings);
  if (*GetParam().words == '\0') {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
    EXPECT_EQ(peer_->protocol, "TLSv1.3");
    EXPECT_EQ(peer_->names, "localhost, 127.0.0.1");
    EXPECT_GT(peer_->not_after, peer_->not_before);
  } else {
    expect_trouble(outcome, Kind::tls_cert, Stage::starttls);
    EXPECT_NE(outcome.error().text.find(GetParam().words), std::string::npos) << outcome.error().text;
    EXPECT_EQ(server.heard(0).find("MAIL"), std::string::npos);
  }
  ASSERT_TRUE(peer_.has_value()) << "a certificate is shown also when it is refused";
  EXPECT_EQ(peer_->pin.size(), 64u);
}

// SMTP-STARTTLS-06
TEST_P(TlsTrustTable, BelievesAPinWhateverTheRest) {
  const TestCertificate certificate(GetParam().wish);
  ScriptedServer server({upgraded({}), upgraded(mail_in_lock_step), upgraded({AwaitEnd{}})}, &certificate);
  MailServer settings = server.settings(Tls::starttls);
  (void)send(server, settings);
  ASSERT_TRUE(peer_.has_value());

  settings.pin = peer_->pin;
  for (char& c : settings.pin) c = static_cast<char>(std::toupper(c));
  const Outcome outcome = send(server, settings);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;

  settings.pin = std::string(64, 'a');
  settings.ca_pem = certificate.authority_pem();
  const Outcome refused = send(server, settings);
  expect_trouble(refused, Kind::tls_cert, Stage::starttls);
  EXPECT_NE(refused.error().text.find(peer_->pin), std::string::npos) << refused.error().text;
}

INSTANTIATE_TEST_SUITE_P(Certificates, TlsTrustTable, testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(TlsTrust, RefusesAuthoritiesThatAreNoCertificates) {
  const TestCertificate good({});
  EXPECT_NE(make_tls_client_context({}, good.authority_pem() + good.authority_pem()), nullptr);
  EXPECT_EQ(make_tls_client_context({}, "nonsense"), nullptr);
  EXPECT_EQ(make_tls_client_context({}, good.authority_pem() + "-----BEGIN CERTIFICATE-----\nx\n"), nullptr);
  EXPECT_THROW((void)make_tls_client_context("/nowhere/ca.pem"), Fault);

  ScriptedServer server(std::vector<Script>{});
  MailServer settings = server.settings(Tls::starttls);
  settings.ca_pem = "nonsense";
  expect_trouble(deliver_all(quick_options(), settings, {{envelope_to("anna"), "x"}}).at(0), Kind::tls_cert,
                 Stage::connect);
}

// SMTP-STARTTLS-07
TEST(TlsTrust, SpeaksNoTlsOlderThan12) {
  const TestCertificate certificate({});
  ScriptedServer server({upgraded({})}, &certificate, TLS1_1_VERSION);
  MailServer settings = server.settings(Tls::starttls);
  settings.ca_pem = certificate.authority_pem();
  expect_trouble(deliver_all(quick_options(), settings, {{envelope_to("anna"), "x"}}).at(0), Kind::tls_failed,
                 Stage::starttls);
}

// SMTP-STARTTLS-07
TEST(TlsTrust, ReportsAHandshakeThatBreaks) {
  ScriptedServer closing({greeted({Hear{"STARTTLS\r\n"}, Say{"220 go\r\n"}, Hear{"\x16"}}, offers_tls)});
  const auto outcome =
      deliver_all(quick_options(), closing.settings(Tls::starttls), {{envelope_to("anna"), "x"}}).at(0);
  expect_trouble(outcome, Kind::tls_failed, Stage::starttls);
}

// SMTP-STARTTLS-08, SMTP-S-01
TEST(TlsTrust, ForgetsWhatWasOfferedInClear) {
  // PIPELINING and AUTH stood in the first answer only: neither is used, and the login fails for want of one.
  const TestCertificate certificate({});
  ScriptedServer server({upgraded(mail_in_lock_step), upgraded({AwaitEnd{}})}, &certificate);
  MailServer settings = server.settings(Tls::starttls);
  settings.ca_pem = certificate.authority_pem();
  EXPECT_TRUE(deliver_all(quick_options(), settings, {{envelope_to("anna"), "x\r\n"}}).at(0).has_value());
  settings.user = "anna";
  expect_trouble(deliver_all(quick_options(), settings, {{envelope_to("anna"), "x\r\n"}}).at(0),
                 Kind::no_auth, Stage::auth);
  EXPECT_EQ(server.heard(1).find("AUTH"), std::string::npos);
}

// SMTP-STARTTLS-08
TEST(TlsTrust, UsesWhatIsOfferedUnderTlsOnly) {
  const TestCertificate certificate({});
  ScriptedServer server({upgraded({Hear{"AUTH PLAIN "}, Hear{"\r\n"}, Say{"235 in\r\n"}, Hear{"DATA\r\n"},
                                   Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}},
                                  "250-test\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n")},
                        &certificate);
  MailServer settings = server.settings(Tls::starttls);
  settings.ca_pem = certificate.authority_pem();
  settings.user = "anna";
  settings.password = "secret";
  const auto outcome = deliver_all(quick_options(), settings, {{envelope_to("anna"), "x\r\n"}}).at(0);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().text;
}

}  // namespace
}  // namespace postrider
