// The catcher and the sessions of the smtp room against each other, over real sockets: every
// scripted fault, and what the pool does with sessions.
#include "catcher/catcher.h"

#include <gtest/gtest.h>

#include "catcher/catcher_fixture_test.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

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
  options_.faults = {*parse_fault_rule("mail 450 4.2.1 Peak SMTP relay limit")};
  start();
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::mail));
  EXPECT_EQ(outcome.error().reply.enhanced, "4.2.1");
}

TEST_F(CatcherTest, GreetsAsItIsTold) {
  options_.faults = {*parse_fault_rule("greeting 554 5.7.1 Go away")};
  start();
  const Outcome outcome = send_one("anna");
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(Stage::greeting));
  EXPECT_EQ(outcome.error().reply.code, 554);
}

TEST_F(CatcherTest, FailsByStageAndCount) {
  const struct {
    const char* fault;
    Kind kind;
    Stage stage;
    int code;
  } rows[] = {
      {"connect close", Kind::closed, Stage::greeting, 0},
      {"connect silence", Kind::timeout, Stage::greeting, 0},
      {"greeting silence", Kind::timeout, Stage::greeting, 0},
      {"greeting garbage", Kind::garbage, Stage::greeting, 0},
      {"ehlo 421 4.3.2 Busy", Kind::reply, Stage::ehlo, 421},
      {"ehlo close", Kind::closed, Stage::ehlo, 0},
      {"auth 454 4.7.0 Too many logins", Kind::reply, Stage::auth, 454},
      {"auth silence", Kind::timeout, Stage::auth, 0},
      {"mail 452 4.3.1 No room", Kind::reply, Stage::mail, 452},
      {"rcpt silence", Kind::timeout, Stage::rcpt, 0},
      {"data 451 4.3.0 Not now", Kind::reply, Stage::data, 451},
      {"dot close", Kind::closed, Stage::dot, 0},
      {"dot garbage", Kind::garbage, Stage::dot, 0},
      {"dot silence", Kind::timeout, Stage::dot, 0},
  };
  client_.deadlines.greeting = client_.deadlines.command = client_.deadlines.dot =
      std::chrono::milliseconds{300};
  client_.watchdog = std::chrono::milliseconds{20};
  server_.user = "anna";
  server_.password = "secret";
  for (const auto& row : rows) {
    SCOPED_TRACE(row.fault);
    options_.faults = {*parse_fault_rule(row.fault)};
    start();
    const Outcome outcome = send_one("bert");
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(row.kind)) << outcome.error().text;
    EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(row.stage)) << outcome.error().text;
    EXPECT_EQ(outcome.error().reply.code, row.code);
    stop();
    catcher_.reset();
    loop_.restart();
  }
}

TEST_F(CatcherTest, CountsMailsOverAllItsSessions) {
  options_.faults = {*parse_fault_rule("mail 2: dot 421 4.7.0 Later"),
                     *parse_fault_rule("every 3 mails: rcpt 451 No"),
                     *parse_fault_rule("mail 4: dot delay 20"), *parse_fault_rule("mail 5: mail delay 20")};
  start();
  std::vector<int> codes;
  for (const Outcome& outcome : send({"a", "b", "c", "d", "e", "f"})) {
    codes.push_back(outcome ? outcome->code : outcome.error().reply.code);
  }
  EXPECT_EQ(codes, (std::vector<int>{250, 421, 451, 250, 250, 451}));
  EXPECT_EQ(catcher_->counters().sessions, 2);  // a 421 ends the line
  EXPECT_EQ(caught().size(), 3u);
}

TEST_F(CatcherTest, AnswersALargeBodyEarly) {
  options_.faults = {*parse_fault_rule("body 554 5.7.1 Looks like spam")};
  start();
  const std::string message = std::string(4'000'000, 'x') + "\r\n";
  const auto outcomes = deliver_all(client_, server_, {{envelope_to("anna"), message}});
  const Reply reply = outcomes[0] ? *outcomes[0] : outcomes[0].error().reply;
  EXPECT_EQ(reply.code, 554);
  EXPECT_TRUE(caught().empty());
}

TEST_F(CatcherTest, ClosesTheLineAmidALargeBodyAndNothingWasAccepted) {
  options_.faults = {*parse_fault_rule("mail 1: body close")};
  options_.max_message = 100'000'000;
  start();
  std::string message;  // more than the buffers of a loopback line take
  while (message.size() < 30'000'000) message += std::string(900, 'x') + "\r\n";
  const auto outcomes =
      deliver_all(client_, server_, {{envelope_to("anna"), message}, {envelope_to("bert"), "x\r\n"}});
  ASSERT_FALSE(outcomes[0].has_value());
  EXPECT_EQ(static_cast<int>(outcomes[0].error().stage), static_cast<int>(Stage::body));
  ASSERT_TRUE(outcomes[1].has_value()) << outcomes[1].error().text;
  EXPECT_EQ(caught().size(), 1u);
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

}  // namespace
}  // namespace postrider
