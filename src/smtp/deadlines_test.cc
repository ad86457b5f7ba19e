// Every wait has an end, and it is the one of RFC 5321 §4.5.3.2: nothing is given up earlier, nothing waited
// for longer. The clock is turned by hand; the servers are real and silent.

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>

#include "smtp/scripted_server_test.h"
#include "smtp/session_pool.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using Kind = Trouble::Kind;

class DeadlinesTest : public testing::Test {
 protected:
  DeadlinesTest() {
    SmtpOptions options;  // with the deadlines of the product
    options.our_name = "client.test";
    options.watchdog = 1ms;
    sessions_ = make_smtp_sessions(loop_, clock_, options);
  }

  static Async<void> send(DeadlinesTest& test, MailServer server, std::string message) {
    auto delivery = deliver(*test.sessions_, server, envelope_to("anna", message.size()), message);
    test.outcome_ = co_await delivery;
  }
  void start(const MailServer& server, std::string message = "x\r\n") {
    outcome_.reset();
    spawn(send(*this, server, std::move(message)));
  }
  /// Runs the loop until `done`, and then until it has nothing left to do but look at the clock.
  template <class Done>
  void run_until(Done done) {
    // What is waited for may happen on the server's thread, with nothing left to do on the loop.
    const auto work = boost::asio::make_work_guard(loop_);
    if (loop_.stopped()) loop_.restart();
    for (int turn = 0; turn < 20'000 && !done(); ++turn) loop_.run_one_for(5ms);
    EXPECT_TRUE(done());
    settle();
  }
  void settle() {
    for (int turn = 0; turn < 30; ++turn) loop_.run_one_for(5ms);
  }
  void advance(Micros by) {
    clock_.advance(by);
    settle();
  }
  /// The wait under way goes on for all of `limit` and ends right after it.
  void expect_limit(Micros limit, Stage stage) {
    advance(limit - 1s);
    ASSERT_FALSE(outcome_.has_value()) << "given up before its time at " << to_string(stage);
    advance(2s);
    run_until([&] { return outcome_.has_value(); });
    expect_trouble(*outcome_, Kind::timeout, stage);
  }
  void end() {
    sessions_->close_all();
    loop_.run();
  }

  boost::asio::io_context loop_{1};
  FakeClock clock_;
  std::unique_ptr<Sessions> sessions_;
  std::optional<Outcome> outcome_;
};

struct Row {
  const char* name;
  Script script;  ///< its last step is where the server falls silent
  Stage stage;
  Micros limit;
  Tls tls = Tls::none;
  const char* user = "";
};

class DeadlinesTable : public DeadlinesTest, public testing::WithParamInterface<Row> {};

// SMTP-TIME-02, SMTP-TIME-03, SMTP-TIME-05, SMTP-GREETING-03, SMTP-STARTTLS-07, SMTP-S-03, SMTP-DOT-05
TEST_P(DeadlinesTable, IsWaitedForAndNoLonger) {
  const Row& row = GetParam();
  ScriptedServer server({row.script});
  MailServer settings = server.settings(row.tls);
  settings.user = row.user;
  start(settings);
  run_until([&] { return server.steps() == static_cast<int>(row.script.size()) - 1; });
  expect_limit(row.limit, row.stage);
  end();
}

INSTANTIATE_TEST_SUITE_P(
    Stages, DeadlinesTable,
    testing::Values(
        Row{"Greeting", {AwaitEnd{}}, Stage::greeting, 5min},
        Row{"GreetingWithoutEnd", {Say{"220-hi\r\n220-wait\r\n"}, AwaitEnd{}}, Stage::greeting, 5min},
        Row{"Ehlo", {Say{"220 hi\r\n"}, AwaitEnd{}}, Stage::ehlo, 5min},
        Row{"Starttls", greeted({Hear{"STARTTLS\r\n"}, AwaitEnd{}}, "250-x\r\n250 STARTTLS\r\n"),
            Stage::starttls, 5min, Tls::starttls},
        Row{"Handshake",
            greeted({Hear{"STARTTLS\r\n"}, Say{"220 go\r\n"}, AwaitEnd{}}, "250-x\r\n250 STARTTLS\r\n"),
            Stage::starttls, 5min, Tls::starttls},
        Row{"Auth", greeted({Hear{"AUTH"}, AwaitEnd{}}, "250-x\r\n250 AUTH PLAIN\r\n"), Stage::auth, 5min,
            Tls::none, "anna"},
        Row{"Mail", greeted({Hear{"DATA\r\n"}, AwaitEnd{}}), Stage::mail, 5min},
        Row{"Rcpt", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n"}, AwaitEnd{}}), Stage::rcpt, 5min},
        Row{"Data", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n"}, AwaitEnd{}}), Stage::data, 2min},
        Row{"Dot", greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, AwaitEnd{}}), Stage::dot,
            10min}),
    [](const auto& info) { return info.param.name; });

// SMTP-TIME-04, SMTP-BODY-03: a block of 90,000 octets in 3 minutes is 500 octets a second.
TEST_F(DeadlinesTest, ABodyThatStallsIsGivenUpBeforeItsDot) {
  std::string message;
  while (message.size() < 30'000'000) message += "just a line\r\n";
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"just a line"}, Pass{}})});
  start(server.settings(), message);
  run_until([&] { return server.steps() == 6; });
  for (int turn = 0; turn < 200; ++turn) loop_.run_one_for(5ms);
  expect_limit(3min, Stage::body);
  end();
  EXPECT_EQ(server.heard(0).find("\r\n.\r\n"), std::string::npos);
}

// SMTP-TIME-01
TEST_F(DeadlinesTest, AnAddressThatDoesNotAnswerIsGivenUp) {
  // A listener whose queue is full answers nobody.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    (void)::connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  start({.host = "127.0.0.1", .port = ntohs(address.sin_port), .tls = Tls::none});
  settle();
  advance(29s);
  EXPECT_FALSE(outcome_.has_value());
  advance(2s);
  run_until([&] { return outcome_.has_value(); });
  expect_trouble(*outcome_, Kind::connect, Stage::connect);
  end();
  for (const int filler : fillers) ::close(filler);
  ::close(listener);
}

// SMTP-TIME-07
TEST_F(DeadlinesTest, AServerThatDribblesDoesNotHoldASessionForHours) {
  ScriptedServer server(
      {{Pass{}, Say{"220 hi\r\n"}, Hear{"EHLO client.test\r\n"}, Pass{}, Say{"250-x\r\n250 AUTH PLAIN\r\n"},
        Hear{"AUTH"}, Pass{}, Say{"334 \r\n"}, AwaitEnd{}}});
  MailServer settings = server.settings();
  settings.user = "anna";
  start(settings);
  // Each answer comes within its own five minutes, and yet: a quarter of an hour is enough to let us in.
  for (const int steps : {3, 6, 8}) {
    settle();
    advance(5min - 1s);
    ASSERT_FALSE(outcome_.has_value());
    server.grant();
    run_until([&] { return server.steps() == steps; });
  }
  ASSERT_FALSE(outcome_.has_value());
  advance(5s);
  run_until([&] { return outcome_.has_value(); });
  expect_trouble(*outcome_, Kind::timeout, Stage::auth);
  end();
}

const Script one_mail{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}};

// SMTP-SESSION-02
TEST_F(DeadlinesTest, ASessionIsNotUsedAgainWhenItIsAnHourOld) {
  Script twice = one_mail;
  twice.insert(twice.end(), one_mail.begin(), one_mail.end());
  twice.push_back(Hear{"QUIT\r\n"});
  ScriptedServer server({greeted(twice), greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"},
                                                  Say{"250 d\r\n"}, AwaitEnd{}})});
  for (int mail = 0; mail < 3; ++mail) {
    start(server.settings());
    run_until([&] { return outcome_.has_value(); });
    ASSERT_TRUE(outcome_->has_value()) << outcome_->error().text;
    // Never idle for five minutes, and an hour old after the second mail.
    for (int i = 0; mail == 1 && i < 15; ++i) clock_.advance(4min);
  }
  end();
  EXPECT_EQ(server.connections(), 2u);
}

// SMTP-SESSION-03
TEST_F(DeadlinesTest, AnIdleSessionIsClosedPolitely) {
  Script script = one_mail;
  script.push_back(Hear{"QUIT\r\n"});
  ScriptedServer server({greeted(script)});
  start(server.settings());
  run_until([&] { return outcome_.has_value(); });
  advance(5min - 1s);
  EXPECT_LT(server.steps(), static_cast<int>(script.size()) + 3);
  advance(2s);
  run_until([&] { return server.steps() == static_cast<int>(script.size()) + 3; });
  end();
  EXPECT_TRUE(server.heard(0).ends_with("QUIT\r\n"));
}

}  // namespace
}  // namespace postrider
