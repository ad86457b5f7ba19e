// Held against an independent peer: the client of GNU SASL.
#include "catcher/scram_server.h"

#include <gsasl.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace postrider {
namespace {

using Kind = ScramServer::Answer::Kind;

/// GNU SASL's client, step by step.
class Client {
 public:
  Client(const char* user, const char* password) {
    EXPECT_EQ(gsasl_init(&library_), GSASL_OK);
    EXPECT_EQ(gsasl_client_start(library_, "SCRAM-SHA-256", &session_), GSASL_OK);
    gsasl_property_set(session_, GSASL_AUTHID, user);
    gsasl_property_set(session_, GSASL_PASSWORD, password);
  }
  Client(const Client&) = delete;
  ~Client() {
    gsasl_finish(session_);
    gsasl_done(library_);
  }

  /// Nothing: it does not believe the server.
  std::optional<std::string> step(const std::string& challenge) {
    char* out = nullptr;
    std::size_t size = 0;
    result_ = gsasl_step(session_, challenge.data(), challenge.size(), &out, &size);
    std::string said(out ? out : "", out ? size : 0);
    gsasl_free(out);
    if (result_ != GSASL_OK && result_ != GSASL_NEEDS_MORE) return std::nullopt;
    return said;
  }
  bool is_content() const { return result_ == GSASL_OK; }

 private:
  Gsasl* library_ = nullptr;
  Gsasl_session* session_ = nullptr;
  int result_ = GSASL_NEEDS_MORE;
};

TEST(ScramServer, LetsInWhoKnowsThePasswordAndProvesItselfToo) {
  for (const char* user : {"anna", "an,na=x"}) {
    Client client(user, "open sesame");
    ScramServer server(user, "open sesame");
    const auto first = server.take(client.step("").value());
    ASSERT_EQ(first.kind, Kind::challenge);
    const auto second = server.take(client.step(first.text).value());
    ASSERT_EQ(second.kind, Kind::challenge);
    const auto end = client.step(second.text);
    ASSERT_TRUE(end.has_value());
    EXPECT_TRUE(client.is_content());
    EXPECT_EQ(server.take(*end).kind, Kind::done);
  }
}

TEST(ScramServer, TurnsAwayAWrongPasswordAndAWrongUser) {
  const std::pair<const char*, const char*> rows[] = {{"anna", "sesame"}, {"bert", "open sesame"}};
  for (const auto& [user, password] : rows) {
    Client client(user, password);
    ScramServer server("anna", "open sesame");
    const auto first = server.take(client.step("").value());
    EXPECT_EQ(server.take(client.step(first.text).value()).kind, Kind::refused);
  }
}

TEST(ScramServer, CannotProveWhatItDoesNotKnow) {
  Client client("anna", "open sesame");
  ScramServer server("anna", "open sesame");
  const auto first = server.take(client.step("").value());
  auto second = server.take(client.step(first.text).value()).text;
  second[4] = second[4] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(client.step(second).has_value());
}

TEST(ScramServer, RefusesWhatIsNoMessage) {
  for (const char* text :
       {"", "n", "n,,", "n,,n=anna", "n,,r=x", "p=tls-unique,,n=anna,r=x", "n,,n=anna,r="}) {
    EXPECT_EQ(ScramServer("anna", "x").take(text).kind, Kind::malformed) << text;
  }
  ScramServer server("anna", "x");
  ASSERT_EQ(server.take("n,,n=anna,r=abc").kind, Kind::challenge);
  EXPECT_EQ(server.take("c=biws,r=abc,p=AAAA").kind, Kind::malformed);
}

}  // namespace
}  // namespace postrider
