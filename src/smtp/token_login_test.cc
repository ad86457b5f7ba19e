// Logging in by an access token: what is said, whom it is said to, and what a refusal means.

#include "smtp/token_login.h"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "base/base64.h"
#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;
using Token = std::expected<std::string, Trouble>;

/// Hands out what the test says, one after the other, and notes what was refused.
class TestTokens : public AccessTokens {
 public:
  explicit TestTokens(std::deque<Token> tokens) : tokens_(std::move(tokens)) {}
  void token(Done done) override {
    ++asked;
    Token next = tokens_.front();
    if (tokens_.size() > 1) tokens_.pop_front();
    done(std::move(next));
  }
  void forget(const std::string& token) override { forgotten.push_back(token); }

  int asked = 0;
  std::vector<std::string> forgotten;

 private:
  std::deque<Token> tokens_;
};

/// Answers later, on a thread of its own.
class LateTokens : public AccessTokens {
 public:
  ~LateTokens() override {
    if (thread_.joinable()) thread_.join();
  }
  void token(Done done) override {
    thread_ = std::thread([this, done = std::move(done)] {
      go.acquire();
      done(std::string("token-1"));
    });
  }
  void forget(const std::string&) override {}
  std::binary_semaphore go{0};

 private:
  std::thread thread_;
};

const Script one_mail{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}};

Script offering(const std::string& mechanisms, Script exchange, bool then_mail) {
  if (then_mail)
    exchange.insert(exchange.end(), one_mail.begin(), one_mail.end());
  else
    exchange.push_back(AwaitEnd{});
  return greeted(std::move(exchange), "250-test\r\n250-PIPELINING\r\n250 AUTH " + mechanisms + "\r\n");
}

std::string xoauth2(const std::string& token) {
  return "AUTH XOAUTH2 " + to_base64("user=anna\1auth=Bearer " + token + "\1\1") + "\r\n";
}

Outcome send_by(ScriptedServer& server, std::shared_ptr<AccessTokens> tokens, Tls tls = Tls::none) {
  MailServer settings = server.settings(tls);
  settings.user = "anna";
  settings.tokens = std::move(tokens);
  std::vector<std::pair<Envelope, std::string>> emails(1, {envelope_to("bert"), "x\r\n"});
  return deliver_all(quick_options(), settings, std::move(emails)).back();
}

const Script in{Say{"235 2.7.0 in\r\n"}};
const std::string error_401 =
    "334 " + to_base64(R"({"status":"401","schemes":"bearer","scope":"https://x/"})") + "\r\n";

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Script refuse(const std::string& token) {
  return {Hear{xoauth2(token)}, Say{error_401}, Hear{"\r\n"}, Say{"535 5.7.8 Not accepted\r\n"}};
}

// SMTP-AUTH-10
TEST(TokenLogin, SaysTheTokenWithItsCommand) {
  ScriptedServer server(
      {offering("PLAIN LOGIN XOAUTH2 OAUTHBEARER", Script{Hear{xoauth2("token-1")}} + in, true)});
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"token-1"});
  const Outcome outcome = send_by(server, tokens);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(tokens->asked, 1);
}

// SMTP-AUTH-10
TEST(TokenLogin, SaysALongTokenInTheSameLine) {
  const std::string token(2'000, 't');
  ScriptedServer server({offering("XOAUTH2", Script{Hear{xoauth2(token)}} + in, true)});
  EXPECT_TRUE(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{token})).has_value());
}

// SMTP-AUTH-10
TEST(TokenLogin, SaysItAgainToAServerThatDidNotLookAtTheFirst) {
  const auto line = to_base64("user=anna\1auth=Bearer token-1\1\1") + "\r\n";
  ScriptedServer server(
      {offering("XOAUTH2", Script{Hear{xoauth2("token-1")}, Say{"334 \r\n"}, Hear{line}} + in, true)});
  EXPECT_TRUE(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"token-1"})).has_value());
}

// SMTP-AUTH-11
TEST(TokenLogin, SpeaksOauthbearerWhereNothingElseIsOffered) {
  std::string said;
  const auto answer = [&said](const std::string& heard) {
    const auto from = heard.find("OAUTHBEARER ") + 12;
    said = *from_base64(heard.substr(from, heard.find("\r\n", from) - from));
    return std::string("235 2.7.0 in\r\n");
  };
  ScriptedServer server(
      {offering("OAUTHBEARER PLAIN", {Hear{"AUTH OAUTHBEARER "}, Hear{"\r\n"}, Answer{answer}}, true)});
  const auto port = server.port();
  const Outcome outcome = send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"token-1"}));
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(said, "n,a=anna,\1host=127.0.0.1\1port=" + std::to_string(port) + "\1auth=Bearer token-1\1\1");
}

// SMTP-AUTH-11
TEST(TokenLogin, GoesOnWithOauthbearerWhereXoauth2IsUnknown) {
  ScriptedServer server({offering(
      "XOAUTH2 OAUTHBEARER",
      Script{Hear{xoauth2("token-1")}, Say{"504 5.5.4 what\r\n"}, Hear{"AUTH OAUTHBEARER "}, Hear{"\r\n"}} +
          in,
      true)});
  EXPECT_TRUE(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"token-1"})).has_value());
}

// SMTP-AUTH-11
TEST(TokenLogin, ResignsFromOauthbearerByItsOwnWord) {
  const std::string error = "334 " + to_base64(R"({"status":"invalid_token"})") + "\r\n";
  const Script once{Hear{"AUTH OAUTHBEARER "}, Hear{"\r\n"}, Say{error}, Hear{"AQ==\r\n"},
                    Say{"535 5.7.8 no\r\n"}};
  ScriptedServer server(
      {offering("OAUTHBEARER", once, false),
       offering("OAUTHBEARER", {Hear{"AUTH OAUTHBEARER "}, Hear{"\r\n"}, Say{"235 in\r\n"}}, true)});
  EXPECT_TRUE(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"a", "b"})).has_value());
}

// SMTP-AUTH-12
TEST(TokenLogin, AnswersAnErrorWithAnEmptyLineAndTriesAFreshToken) {
  ScriptedServer server({offering("XOAUTH2", refuse("old"), false),
                         offering("XOAUTH2", Script{Hear{xoauth2("fresh")}} + in, true)});
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"old", "fresh"});
  const Outcome outcome = send_by(server, tokens);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(tokens->forgotten, std::vector<std::string>{"old"});
  EXPECT_TRUE(server.heard(0).ends_with(xoauth2("old") + "\r\n"))
      << "the empty line, and no QUIT into the dialogue";
}

// SMTP-AUTH-12
TEST(TokenLogin, TriesAFreshTokenAlsoWhereTheServerGivesNoReason) {
  ScriptedServer server(
      {offering("XOAUTH2", {Hear{xoauth2("old")}, Say{"535 5.7.3 Authentication unsuccessful\r\n"}}, false),
       offering("XOAUTH2", Script{Hear{xoauth2("fresh")}} + in, true)});
  EXPECT_TRUE(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"old", "fresh"})).has_value());
}

// SMTP-AUTH-12
TEST(TokenLogin, ASecondRefusalIsTheMailboxs) {
  ScriptedServer server({offering("XOAUTH2 PLAIN LOGIN", refuse("a"), false),
                         offering("XOAUTH2 PLAIN LOGIN", refuse("b"), false)});
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"a", "b"});
  const Outcome outcome = send_by(server, tokens);
  expect_trouble(outcome, Kind::token_refused, Stage::auth);
  EXPECT_NE(outcome.error().text.find("535 5.7.8 Not accepted"), std::string::npos) << outcome.error().text;
  EXPECT_EQ(tokens->forgotten, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(server.connections(), 2u);
  for (const std::size_t n : {0, 1}) EXPECT_EQ(server.heard(n).find("PLAIN"), std::string::npos);
}

// SMTP-AUTH-12
TEST(TokenLogin, DoesNotTryAgainWhereNoTokenWillDo) {
  const std::string error = "334 " + to_base64(R"({ "status" : "insufficient_scope" })") + "\r\n";
  ScriptedServer server(
      {offering("XOAUTH2", {Hear{xoauth2("a")}, Say{error}, Hear{"\r\n"}, Say{"535 5.7.8 no\r\n"}}, false)});
  const Outcome outcome = send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"a"}));
  expect_trouble(outcome, Kind::consent, Stage::auth);
  EXPECT_NE(outcome.error().text.find("insufficient_scope"), std::string::npos);
}

// SMTP-AUTH-02: a server that is busy says nothing of the token.
TEST(TokenLogin, KeepsItsTokenWhenTheServerIsBusy) {
  ScriptedServer server({offering("XOAUTH2", {Hear{xoauth2("a")}, Say{"454 4.7.0 Too many\r\n"}}, false)});
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"a"});
  expect_trouble(send_by(server, tokens), Kind::reply, Stage::auth, 454);
  EXPECT_TRUE(tokens->forgotten.empty());
}

// SMTP-AUTH-10
TEST(TokenLogin, ShowsNoTokenToAServerThatWantsAPassword) {
  ScriptedServer server({offering("SCRAM-SHA-256 PLAIN LOGIN", {}, false)});
  expect_trouble(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"a"})), Kind::no_auth,
                 Stage::auth);
  EXPECT_EQ(server.heard(0).find("AUTH"), std::string::npos);
}

// SMTP-AUTH-10, SMTP-STARTTLS-01
TEST(TokenLogin, ShowsNoTokenWithoutEncryption) {
  ScriptedServer server({greeted({AwaitEnd{}}, "250-test\r\n250 AUTH XOAUTH2\r\n")});
  expect_trouble(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{"a"}), Tls::starttls),
                 Kind::tls_required, Stage::starttls);
  EXPECT_EQ(server.heard(0).find("AUTH"), std::string::npos);
}

// SMTP-AUTH-13, SMTP-AUTH-14
TEST(TokenLogin, DoesNotDialWithoutAToken) {
  for (const Kind kind : {Kind::no_token, Kind::consent}) {
    ScriptedServer server({{}});
    const Trouble trouble{kind, Stage::connect, {}, "No access token."};
    expect_trouble(send_by(server, std::make_shared<TestTokens>(std::deque<Token>{std::unexpected(trouble)})),
                   kind, Stage::connect);
    EXPECT_EQ(server.connections(), 0u);
  }
}

TEST(TokenLogin, AFreshTokenThatCannotBeHadIsToldAsSuch) {
  ScriptedServer server({offering("XOAUTH2", refuse("a"), false)});
  const Trouble away{Kind::no_token, Stage::connect, {}, "No access token."};
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"a", std::unexpected(away)});
  expect_trouble(send_by(server, tokens), Kind::no_token, Stage::connect);
}

// SMTP-AUTH-10
TEST(TokenLogin, KeepsItsSessionsWhateverBecomesOfTheToken) {
  Script twice = Script{Hear{xoauth2("token-1")}} + in;
  for (int i = 0; i < 2; ++i)
    twice = twice + Script{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}};
  ScriptedServer server({offering("XOAUTH2", twice, false)});
  MailServer settings = server.settings();
  settings.user = "anna";
  const auto tokens = std::make_shared<TestTokens>(std::deque<Token>{"token-1"});
  settings.tokens = tokens;
  for (const auto& outcome :
       deliver_all(quick_options(), settings, {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "x\r\n"}}))
    EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(tokens->asked, 1);
  EXPECT_EQ(server.connections(), 1u);
}

/// One delivery on a loop of its own, and what came of it.
struct Alone {
  Async<void> send(Sessions& sessions, MailServer server) {
    auto delivery = deliver(sessions, std::move(server), envelope_to("bert"), "x\r\n");
    outcome = co_await delivery;
    sessions.close_all();
  }
  std::optional<Outcome> outcome;
};

TEST(TokenLogin, WaitsForATokenThatComesOnAnotherThreadAndLetsTheLoopWork) {
  ScriptedServer server({offering("XOAUTH2", Script{Hear{xoauth2("token-1")}} + in, true)});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  MailServer settings = server.settings();
  settings.user = "anna";
  const auto tokens = std::make_shared<LateTokens>();
  settings.tokens = tokens;
  Alone alone;
  spawn(alone.send(*sessions, settings));
  loop.poll();
  EXPECT_FALSE(alone.outcome);
  tokens->go.release();
  loop.run();
  ASSERT_TRUE(alone.outcome && alone.outcome->has_value());
}

TEST(TokenLogin, StopsWaitingWhenAllIsClosed) {
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const auto tokens = std::make_shared<LateTokens>();
  Alone alone;
  spawn(alone.send(*sessions,
                   {.host = "127.0.0.1", .port = 1, .tls = Tls::none, .user = "anna", .tokens = tokens}));
  loop.poll();
  sessions->close_all();
  loop.run();  // ends although the token has not come
  ASSERT_TRUE(alone.outcome);
  expect_trouble(*alone.outcome, Kind::stopped, Stage::connect);
  tokens->go.release();
}

}  // namespace
}  // namespace postrider
