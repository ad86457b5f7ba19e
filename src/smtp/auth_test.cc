// Logging in: which mechanism, how often, and what is believed.

#include "smtp/auth.h"

#include <gtest/gtest.h>

#include "smtp/scram.h"
#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

const Script one_mail{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}};

Script offering(const std::string& mechanisms, Script exchange, bool then_mail = true) {
  if (then_mail) exchange.insert(exchange.end(), one_mail.begin(), one_mail.end());
  return greeted(std::move(exchange), "250-test\r\n250-PIPELINING\r\n250 AUTH " + mechanisms + "\r\n");
}

Outcome log_in_and_send(ScriptedServer& server, int mails = 1) {
  MailServer settings = server.settings();
  settings.user = "anna";
  settings.password = "secret";
  std::vector<std::pair<Envelope, std::string>> emails(static_cast<std::size_t>(mails),
                                                       {envelope_to("bert"), "x\r\n"});
  return deliver_all(quick_options(), settings, std::move(emails)).back();
}

/// The other side of SCRAM, as far as a test needs it: it takes the client's proof on trust and makes
/// its own from `password`.
struct ScramPeer {
  std::string password = "secret";
  int rounds = 4096;
  std::string server_first, first_bare;

  static std::string last_line(const std::string& heard) {
    const auto end = heard.rfind("\r\n");
    const auto begin = heard.rfind("\r\n", end - 1) + 2;
    std::string line = heard.substr(begin, end - begin);
    return *from_base64(line.substr(line.rfind(' ') + 1));
  }
  std::string challenge(const std::string& heard) {
    first_bare = last_line(heard).substr(3);
    server_first = first_bare.substr(first_bare.find("r=")) + "more,s=" + to_base64("salty") +
                   ",i=" + std::to_string(rounds);
    return "334 " + to_base64(server_first) + "\r\n";
  }
  std::string proof(const std::string& heard) {
    const std::string final = last_line(heard);
    SaltedPassword salted(password, "salty", rounds);
    while (!salted.work(rounds)) {
    }
    const std::string all = first_bare + "," + server_first + "," + final.substr(0, final.find(",p="));
    const Sha256 key = hmac_sha256(bytes_of(salted.key()), "Server Key");
    return "334 " + to_base64("v=" + to_base64(bytes_of(hmac_sha256(bytes_of(key), all)))) + "\r\n";
  }
  Script script() {
    return {Hear{"AUTH SCRAM-SHA-256 "},
            Hear{"\r\n"},
            Answer{[this](const std::string& heard) { return challenge(heard); }},
            Hear{"\r\n"},
            Answer{[this](const std::string& heard) { return proof(heard); }},
            Hear{"\r\n"},
            Say{"235 2.7.0 in\r\n"}};
  }
};

// SMTP-AUTH-07, SMTP-AUTH-08
TEST(Auth, PrefersScramAndShowsNoPassword) {
  ScramPeer peer;
  ScriptedServer server({offering("LOGIN PLAIN SCRAM-SHA-256", peer.script())});
  const Outcome outcome = log_in_and_send(server);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(server.heard(0).find("AUTH PLAIN"), std::string::npos);
  EXPECT_EQ(server.heard(0).find(to_base64("secret")), std::string::npos);
}

// SMTP-AUTH-08
TEST(Auth, BelievesNoServerThatDoesNotKnowThePassword) {
  ScramPeer peer{.password = "another"};
  ScriptedServer server({offering("SCRAM-SHA-256 PLAIN", peer.script(), false)});
  expect_trouble(log_in_and_send(server), Kind::server_proof, Stage::auth);
  EXPECT_EQ(server.heard(0).find("MAIL"), std::string::npos);
  EXPECT_EQ(server.heard(0).find("PLAIN"), std::string::npos) << "it gets no password afterwards either";
}

// SMTP-AUTH-08
TEST(Auth, BelievesNoServerThatLetsUsInWithoutItsProof) {
  ScramPeer peer;
  Script script = peer.script();
  script.resize(4);
  script.push_back(Say{"235 2.7.0 in\r\n"});
  script.push_back(AwaitEnd{});
  ScriptedServer server({offering("SCRAM-SHA-256", std::move(script), false)});
  expect_trouble(log_in_and_send(server), Kind::server_proof, Stage::auth);
}

// SMTP-AUTH-09
TEST(Auth, RefusesAChallengeOfEndlessRounds) {
  ScramPeer peer{.rounds = 1'000'001};
  Script script = peer.script();
  script.resize(3);
  script.push_back(AwaitEnd{});
  ScriptedServer server({offering("SCRAM-SHA-256", std::move(script), false)});
  expect_trouble(log_in_and_send(server), Kind::server_proof, Stage::auth);
}

struct Row {
  const char* name;
  const char* mechanisms;
  Script exchange;
  bool let_in;
  int code = 0;
};
const std::string plain_line = "AUTH PLAIN AGFubmEAc2VjcmV0\r\n";
const Script by_login{Hear{"AUTH LOGIN\r\n"}, Say{"334 VXNlcm5hbWU6\r\n"}, Hear{"YW5uYQ==\r\n"},
                      Say{"334 UGFzc3dvcmQ6\r\n"}, Hear{"c2VjcmV0\r\n"}};

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class AuthTable : public testing::TestWithParam<Row> {};

// SMTP-AUTH-01, SMTP-AUTH-02, SMTP-AUTH-06, SMTP-AUTH-07
TEST_P(AuthTable, EndsAsItShould) {
  const Row& row = GetParam();
  ScriptedServer server(
      {offering(row.mechanisms, row.exchange + (row.let_in ? Script{} : Script{AwaitEnd{}}), row.let_in)});
  const Outcome outcome = log_in_and_send(server);
  if (row.let_in) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
    return;
  }
  expect_trouble(outcome, Kind::reply, Stage::auth, row.code);
  // A refused password is not tried again, by no other mechanism either.
  const std::string& heard = server.heard(0);
  EXPECT_EQ(heard.find("MAIL"), std::string::npos);
  if (row.code == 535) {
    EXPECT_EQ(heard.find("AUTH "), heard.rfind("AUTH "));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Exchanges, AuthTable,
    testing::Values(
        Row{"Plain", "PLAIN LOGIN", {Hear{plain_line}, Say{"235 in\r\n"}}, true},
        Row{"PlainInALineOfItsOwn",
            "PLAIN",
            {Hear{plain_line}, Say{"334 \r\n"}, Hear{"AGFubmEAc2VjcmV0\r\n"}, Say{"235 in\r\n"}},
            true},
        Row{"Login", "LOGIN", by_login + Script{Say{"235 in\r\n"}}, true},
        Row{"LoginWherePlainIsUnknown", "PLAIN LOGIN",
            Script{Hear{plain_line}, Say{"504 5.5.4 what\r\n"}} + by_login + Script{Say{"235 in\r\n"}}, true},
        Row{"PlainWhereScramIsUnknown",
            "SCRAM-SHA-256 PLAIN",
            {Hear{"AUTH SCRAM-SHA-256 "}, Hear{"\r\n"}, Say{"504 5.5.4 what\r\n"}, Hear{plain_line},
             Say{"235 in\r\n"}},
            true},
        Row{"NothingIsKnown",
            "PLAIN LOGIN",
            {Hear{plain_line}, Say{"504 5.5.4 what\r\n"}, Hear{"AUTH LOGIN\r\n"}, Say{"504 5.5.4 what\r\n"}},
            false,
            504},
        Row{"WrongPassword", "PLAIN LOGIN", {Hear{plain_line}, Say{"535 5.7.8 no\r\n"}}, false, 535},
        Row{"WrongPasswordByScram",
            "SCRAM-SHA-256 PLAIN LOGIN",
            {Hear{"AUTH SCRAM-SHA-256 "}, Hear{"\r\n"}, Say{"535 5.7.8 no\r\n"}},
            false,
            535},
        Row{"WrongPasswordByLogin", "LOGIN", by_login + Script{Say{"535 5.7.8 no\r\n"}}, false, 535},
        Row{"TooManyLogins", "PLAIN LOGIN", {Hear{plain_line}, Say{"454 4.7.0 Too many\r\n"}}, false, 454}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace postrider
