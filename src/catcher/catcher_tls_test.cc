// The catcher and the sessions of the smtp room against each other under TLS, and logins.

#include <gtest/gtest.h>

#include "catcher/catcher_fixture_test.h"
#include "catcher/throwaway_certificate.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

class CatcherTlsTest : public CatcherTest {
 protected:
  Outcome send_over_tls(CertificateKind kind, Tls tls, bool trust = true) {
    certificate_ = make_throwaway_certificate(kind, clock_.wall_now());
    options_.certificate_pem = certificate_.certificate_pem;
    options_.key_pem = certificate_.key_pem;
    options_.security =
        tls == Tls::implicit ? CatcherOptions::Security::implicit : CatcherOptions::Security::starttls;
    if (trust) server_.ca_pem = certificate_.authority_pem;
    options_.user = server_.user = "anna";
    options_.password = server_.password = "secret";
    server_.host = "localhost";
    server_.tls = tls;
    start();
    return send_one("bert");
  }
  static void expect_certificate_fault(const Outcome& outcome, const char* words) {
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(Kind::tls_cert))
        << outcome.error().text;
    EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::starttls));
    EXPECT_NE(outcome.error().text.find(words), std::string::npos) << outcome.error().text;
  }
  ThrowawayCertificate certificate_;
};

TEST_F(CatcherTlsTest, SendsAfterStarttls) {
  const Outcome outcome = send_over_tls(CertificateKind::good, Tls::starttls);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  const auto more = send({"a", "refuse", "b"});
  EXPECT_TRUE(more[0].has_value() && !more[1].has_value() && more[2].has_value());
  EXPECT_EQ(caught().size(), 3u);
}

TEST_F(CatcherTlsTest, LetsInByEachMechanismItOffers) {
  for (const char* mechanisms : {"SCRAM-SHA-256", "PLAIN", "LOGIN", "SCRAM-SHA-256 PLAIN LOGIN"}) {
    options_.login_mechanisms = mechanisms;
    const Outcome outcome = send_over_tls(CertificateKind::good, Tls::starttls);
    EXPECT_TRUE(outcome.has_value()) << mechanisms << ": " << outcome.error().text;
    server_.password = "wrong";
    EXPECT_EQ(send_one("bert").error().reply.code, 535) << mechanisms;
    stop();
    catcher_.reset();
    loop_.restart();
  }
}

TEST_F(CatcherTlsTest, SendsOverImplicitTls) {
  const Outcome outcome = send_over_tls(CertificateKind::good, Tls::implicit);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  std::string message;
  while (message.size() < 1'000'000) message += ".a line that begins with a dot\r\n";
  const auto outcomes =
      deliver_all(client_, server_, {{envelope_to("a"), message}, {envelope_to("b"), "x\r\n"}});
  ASSERT_TRUE(outcomes[0].has_value()) << outcomes[0].error().text;
  ASSERT_TRUE(outcomes[1].has_value()) << outcomes[1].error().text;
  EXPECT_EQ(read_caught(options_.directory, 2).value(), message);
}

TEST_F(CatcherTlsTest, RefusesAnExpiredCertificate) {
  expect_certificate_fault(send_over_tls(CertificateKind::expired, Tls::starttls), "expired");
}

TEST_F(CatcherTlsTest, RefusesAnotherHostsCertificate) {
  expect_certificate_fault(send_over_tls(CertificateKind::wrong_name, Tls::starttls), "hostname mismatch");
}

TEST_F(CatcherTlsTest, RefusesASelfSignedCertificate) {
  expect_certificate_fault(send_over_tls(CertificateKind::self_signed, Tls::implicit), "self-signed");
}

TEST_F(CatcherTlsTest, RefusesAnUnknownAuthority) {
  expect_certificate_fault(send_over_tls(CertificateKind::good, Tls::starttls, /*trust=*/false),
                           "issuer certificate");
}

TEST_F(CatcherTlsTest, IsTrustedByItsPinWhateverItsCertificate) {
  for (const auto kind :
       {CertificateKind::expired, CertificateKind::wrong_name, CertificateKind::self_signed}) {
    expect_certificate_fault(send_over_tls(kind, Tls::starttls), "not trusted");
    server_.pin = certificate_.pin;
    const Outcome outcome = send_one("bert");
    EXPECT_TRUE(outcome.has_value()) << to_string(kind) << ": " << outcome.error().text;
    server_.pin = std::string(64, '0');
    EXPECT_EQ(static_cast<int>(send_one("bert").error().kind), static_cast<int>(Kind::tls_cert));
    server_.pin.clear();
    stop();
    catcher_.reset();
    loop_.restart();
  }
}

TEST_F(CatcherTlsTest, IsNotBelievedWhatItSaidBeforeTheHandshake) {
  options_.faults = {*parse_fault_rule("starttls extra")};
  const Outcome outcome = send_over_tls(CertificateKind::good, Tls::starttls);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(Kind::injection));
}

TEST_F(CatcherTlsTest, ReportsAServerThatSpeaksNoTls) {
  start();
  server_.tls = Tls::implicit;
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(Kind::tls_failed))
      << outcome.error().text;
}

TEST_F(CatcherTlsTest, LosesNoFaultUnderTls) {
  EXPECT_TRUE(send_over_tls(CertificateKind::good, Tls::starttls).has_value());
  const auto outcomes = send({"drop-dot", "lost-dot", "drop-rcpt", "dot-554-5.7.1", "anna"});
  EXPECT_EQ(static_cast<int>(outcomes[0].error().stage), static_cast<int>(Stage::dot));
  EXPECT_EQ(static_cast<int>(outcomes[1].error().stage), static_cast<int>(Stage::dot));
  EXPECT_EQ(static_cast<int>(outcomes[2].error().stage), static_cast<int>(Stage::rcpt));
  EXPECT_EQ(outcomes[3]->code, 554);
  EXPECT_EQ(outcomes[4]->code, 250);
}

}  // namespace
}  // namespace postrider
