// The catcher and the sessions of the smtp room against each other, over real sockets: every
// scripted fault, what the pool does with sessions, and TLS.
#include "catcher/catcher.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <thread>

#include "smtp/scripted_server_test.h"
#include "smtp/session_pool.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;
using Emails = std::vector<std::pair<Envelope, std::string>>;

class CatcherTest : public testing::Test {
 protected:
  CatcherTest() {
    char path[] = "/tmp/catcher_test.XXXXXX";
    directory_ = ::mkdtemp(path);
    options_.directory = directory_ + "/catch";
  }
  ~CatcherTest() override {
    stop();
    std::filesystem::remove_all(directory_);
  }

  void start() {
    catcher_.emplace(clock_, options_);
    catcher_->start(loop_);
    server_.port = catcher_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] { catcher_->stop(); });
    thread_.join();
  }

  std::vector<Outcome> send(const std::vector<std::string>& recipients) {
    Emails emails;
    for (const std::string& recipient : recipients) {
      emails.emplace_back(envelope_to(recipient, 20), "Subject: to " + recipient + "\r\n\r\n.hi\r\n");
    }
    return deliver_all(client_, server_, std::move(emails));
  }
  Outcome send_one(const std::string& recipient) { return send({recipient}).at(0); }

  std::vector<CaughtEmail> caught() { return *list_caught(options_.directory); }

  CatcherOptions options_;
  SmtpOptions client_ = quick_options();
  MailServer server_{.host = "127.0.0.1", .tls = Tls::none, .max_sessions = 1};
  std::string directory_;
  SystemClock clock_;
  boost::asio::io_context loop_{1};
  std::optional<Catcher> catcher_;
  std::thread thread_;
};

TEST_F(CatcherTest, LogsWhatItAccepts) {
  start();
  const Outcome outcome = send_one("anna");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(outcome->text, "Ok: caught as 1");
  ASSERT_EQ(caught().size(), 1u);
  EXPECT_EQ(caught()[0].to, std::vector<std::string>{"anna@example.net"});
  EXPECT_EQ(caught()[0].from, "sender@example.com");
  EXPECT_EQ(read_caught(options_.directory, 1).value(), "Subject: to anna\r\n\r\n.hi\r\n");
  EXPECT_EQ(catcher_->counters().messages, 1);
}

struct Row {
  const char* recipient;
  bool answered;  ///< commit() returned a reply
  Kind kind;
  Stage stage;
  int code;
  const char* enhanced;
  std::size_t logged;
};

TEST_F(CatcherTest, FailsAsTheAddressAsks) {
  const Row rows[] = {
      {"reply-550-5.1.1", false, Kind::reply, Stage::rcpt, 550, "5.1.1", 0},
      {"reply-452-4.2.2+anna", false, Kind::reply, Stage::rcpt, 452, "4.2.2", 0},
      {"refuse", false, Kind::reply, Stage::rcpt, 550, "5.1.1", 0},
      {"defer-1", false, Kind::reply, Stage::rcpt, 451, "4.3.0", 0},
      {"drop-rcpt", false, Kind::closed, Stage::rcpt, 0, "", 0},
      {"drop-data", false, Kind::closed, Stage::data, 0, "", 0},
      {"dot-554-5.7.1", true, Kind::reply, Stage::dot, 554, "5.7.1", 0},
      {"dot-421-4.7.28", true, Kind::reply, Stage::dot, 421, "4.7.28", 0},
      {"drop-dot", false, Kind::closed, Stage::dot, 0, "", 1},
      {"lost-dot", false, Kind::closed, Stage::dot, 0, "", 0},
      {"slow-30", true, Kind::reply, Stage::dot, 250, "2.0.0", 1},
      {"late-30", true, Kind::reply, Stage::dot, 250, "2.0.0", 1},
      {"defer-1", true, Kind::reply, Stage::dot, 250, "2.0.0", 1},  // the second time
  };
  start();
  std::size_t logged = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.recipient);
    const Outcome outcome = send_one(row.recipient);
    ASSERT_EQ(outcome.has_value(), row.answered);
    if (outcome) {
      EXPECT_EQ(outcome->code, row.code);
      EXPECT_EQ(outcome->enhanced, row.enhanced);
    } else {
      EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(row.kind)) << outcome.error().text;
      EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(row.stage)) << outcome.error().text;
      EXPECT_EQ(outcome.error().reply.code, row.code);
      EXPECT_EQ(outcome.error().reply.enhanced, row.enhanced);
    }
    logged += row.logged;
    EXPECT_EQ(caught().size(), logged);
  }
}

TEST_F(CatcherTest, MeetsEveryFaultWithoutPipeliningToo) {
  options_.pipelining = false;
  start();
  const auto outcomes = send({"anna", "refuse", "bert", "dot-554-5.7.1", "carl"});
  EXPECT_TRUE(outcomes[0].has_value() && outcomes[2].has_value() && outcomes[4].has_value());
  EXPECT_EQ(outcomes[1].error().reply.code, 550);
  EXPECT_EQ(outcomes[3]->code, 554);
  EXPECT_EQ(catcher_->counters().sessions, 1);
}

TEST_F(CatcherTest, SeesOneSessionForManyMails) {
  start();
  std::vector<std::string> recipients;
  for (int i = 0; i < 50; ++i) recipients.push_back("anna" + std::to_string(i));
  for (const Outcome& outcome : send(recipients)) EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(catcher_->counters().sessions, 1);
  EXPECT_EQ(caught().size(), 50u);
}

TEST_F(CatcherTest, KeepsTheSessionAfterALoneDot) {
  options_.data_without_recipients = true;
  start();
  const auto outcomes = send({"refuse", "anna", "refuse", "bert"});
  EXPECT_EQ(outcomes[0].error().reply.code, 550);
  EXPECT_TRUE(outcomes[1].has_value());
  EXPECT_EQ(outcomes[2].error().reply.code, 550);
  EXPECT_TRUE(outcomes[3].has_value());
  EXPECT_EQ(catcher_->counters().sessions, 1);
  EXPECT_EQ(caught().size(), 2u);
}

TEST_F(CatcherTest, IsLeftForAFreshSessionWhenItSays421BetweenMails) {
  options_.max_mails_per_session = 2;
  start();
  for (const Outcome& outcome : send({"a", "b", "c", "d", "e"})) EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(catcher_->counters().sessions, 3);
}

TEST_F(CatcherTest, SendsTheFaultsOfAWholeServer) {
  options_.mail_reply = "450 4.2.1 Peak SMTP relay limit";
  start();
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::mail));
  EXPECT_EQ(outcome.error().reply.enhanced, "4.2.1");
}

TEST_F(CatcherTest, GreetsAsItIsTold) {
  options_.greeting_reply = "554 5.7.1 Go away";
  start();
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::greeting));
  EXPECT_EQ(outcome.error().reply.code, 554);
}

TEST_F(CatcherTest, ClosesAnIdleSession) {
  options_.idle_limit = std::chrono::milliseconds{50};
  start();
  boost::asio::io_context loop(1);
  const auto sessions = make_smtp_sessions(loop, clock_, client_);
  struct Work {
    static Async<void> send(Sessions& pool, const MailServer& to, bool& ok) {
      auto delivery = deliver(pool, to, envelope_to("anna"), "x\r\n");
      ok = (co_await delivery).has_value();
    }
  };
  bool first = false;
  bool second = false;
  spawn(Work::send(*sessions, server_, first));
  while (catcher_->counters().messages == 0 || catcher_->counters().open > 0) {
    loop.restart();
    loop.run_for(std::chrono::milliseconds{10});
  }
  spawn(Work::send(*sessions, server_, second));
  while (catcher_->counters().messages == 1) {
    loop.restart();
    loop.run_for(std::chrono::milliseconds{10});
  }
  loop.restart();
  loop.run_for(std::chrono::milliseconds{50});
  sessions->close_all();
  loop.restart();
  loop.run();
  EXPECT_TRUE(first && second);
  EXPECT_EQ(catcher_->counters().sessions, 2);
}

TEST_F(CatcherTest, LogsTheUserInByEitherMechanism) {
  options_.user = "anna";
  options_.password = "secret";
  start();
  server_.user = "anna";
  server_.password = "wrong";
  Outcome outcome = send_one("bert");
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::auth));
  EXPECT_EQ(outcome.error().reply.enhanced, "5.7.8");
  server_.password = "secret";
  EXPECT_TRUE(send_one("bert").has_value());
  server_.password = std::string(600, 'x');  // too long for one line: the answer to a 334
  EXPECT_EQ(send_one("bert").error().reply.code, 535);
}

TEST_F(CatcherTest, TakesAddressesBeyondAscii) {
  start();
  Envelope envelope = envelope_to("bj\xc3\xb6rn");
  envelope.needs_smtputf8 = true;
  const auto outcomes = deliver_all(client_, server_, {{envelope, "x\r\n"}});
  ASSERT_TRUE(outcomes.at(0).has_value()) << outcomes.at(0).error().text;
  EXPECT_EQ(caught().at(0).to.at(0), "bj\xc3\xb6rn@example.net");
}

// ---- TLS --------------------------------------------------------------------------------------

/// An authority and a server certificate signed by it, as PEM files.
struct Authority {
  struct Wish {
    const char* name = "localhost";
    bool expired = false;
    bool self_signed = false;
  };
  Authority(const std::string& directory, Wish wish)
      : ca_file(directory + "/ca.pem"),
        certificate_file(directory + "/cert.pem"),
        key_file(directory + "/key.pem") {
    EVP_PKEY* const ca_key = EVP_EC_gen("P-256");
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const ca = make(ca_key, "Test authority", 1, nullptr, nullptr, ca_key, false);
    X509* const certificate = wish.self_signed ? make(key, wish.name, 2, wish.name, nullptr, key, false)
                                               : make(key, wish.name, 2, wish.name, ca, ca_key, wish.expired);
    write(ca_file, [&](FILE* file) { PEM_write_X509(file, ca); });
    write(certificate_file, [&](FILE* file) { PEM_write_X509(file, certificate); });
    write(key_file,
          [&](FILE* file) { PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
  }
  std::string ca_file, certificate_file, key_file;

 private:
  template <class Write>
  static void write(const std::string& path, Write put) {
    FILE* const file = std::fopen(path.c_str(), "w");
    put(file);
    std::fclose(file);
  }
  static void extend(X509* certificate, int nid, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static X509* make(EVP_PKEY* key, const char* name, long serial, const char* host, X509* issuer,
                    EVP_PKEY* signer, bool expired) {
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -172'800);
    X509_gmtime_adj(X509_getm_notAfter(certificate), expired ? -86'400 : 86'400);
    X509_set_pubkey(certificate, key);
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
    if (host) {
      extend(certificate, NID_subject_alt_name, "DNS:" + std::string(host));
    } else {
      extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    }
    X509_sign(certificate, signer, EVP_sha256());
    return certificate;
  }
};

class CatcherTlsTest : public CatcherTest {
 protected:
  Outcome send_over_tls(Authority::Wish wish, Tls tls, bool trust = true) {
    const Authority authority(directory_, wish);
    options_.certificate_file = authority.certificate_file;
    options_.key_file = authority.key_file;
    options_.security =
        tls == Tls::implicit ? CatcherOptions::Security::implicit : CatcherOptions::Security::starttls;
    if (trust) client_.ca_file = authority.ca_file;
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
};

TEST_F(CatcherTlsTest, SendsAfterStarttls) {
  const Outcome outcome = send_over_tls({}, Tls::starttls);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  const auto more = send({"a", "refuse", "b"});
  EXPECT_TRUE(more[0].has_value() && !more[1].has_value() && more[2].has_value());
  EXPECT_EQ(caught().size(), 3u);
}

TEST_F(CatcherTlsTest, SendsOverImplicitTls) {
  const Outcome outcome = send_over_tls({}, Tls::implicit);
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
  expect_certificate_fault(send_over_tls({.expired = true}, Tls::starttls), "expired");
}

TEST_F(CatcherTlsTest, RefusesAnotherHostsCertificate) {
  expect_certificate_fault(send_over_tls({.name = "mail.example.com"}, Tls::starttls), "hostname mismatch");
}

TEST_F(CatcherTlsTest, RefusesASelfSignedCertificate) {
  expect_certificate_fault(send_over_tls({.self_signed = true}, Tls::implicit), "self-signed");
}

TEST_F(CatcherTlsTest, RefusesAnUnknownAuthority) {
  expect_certificate_fault(send_over_tls({}, Tls::starttls, /*trust=*/false), "issuer certificate");
}

TEST_F(CatcherTlsTest, ReportsAServerThatSpeaksNoTls) {
  start();
  server_.tls = Tls::implicit;
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(Kind::tls_failed))
      << outcome.error().text;
}

TEST_F(CatcherTlsTest, LosesNoFaultUnderTls) {
  EXPECT_TRUE(send_over_tls({}, Tls::starttls).has_value());
  const auto outcomes = send({"drop-dot", "lost-dot", "drop-rcpt", "dot-554-5.7.1", "anna"});
  EXPECT_EQ(static_cast<int>(outcomes[0].error().stage), static_cast<int>(Stage::dot));
  EXPECT_EQ(static_cast<int>(outcomes[1].error().stage), static_cast<int>(Stage::dot));
  EXPECT_EQ(static_cast<int>(outcomes[2].error().stage), static_cast<int>(Stage::rcpt));
  EXPECT_EQ(outcomes[3]->code, 554);
  EXPECT_EQ(outcomes[4]->code, 250);
}

}  // namespace
}  // namespace postrider
