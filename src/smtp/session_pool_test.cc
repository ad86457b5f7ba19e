#include "smtp/session_pool.h"

#include <gtest/gtest.h>

#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using std::chrono::milliseconds;
using Kind = Trouble::Kind;

const Script one_mail{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}};

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(SessionPool, UsesASessionAgainWithoutRset) {
  ScriptedServer server({greeted(one_mail + one_mail + Script{AwaitEnd{}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  EXPECT_TRUE(outcomes.at(0).has_value() && outcomes.at(1).has_value());
  EXPECT_EQ(server.heard(0).find("RSET"), std::string::npos);
}

TEST(SessionPool, SendsRsetWithTheNextMailAfterARefusal) {
  ScriptedServer server({greeted(Script{Hear{"DATA\r\n"}, Say{"250 a\r\n550 b\r\n354 c\r\n"}, Hear{".\r\n"},
                                        Say{"554 d\r\n"}, Hear{"RSET\r\nMAIL"}, Say{"250 r\r\n"}} +
                                 one_mail + Script{AwaitEnd{}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  expect_trouble(outcomes.at(0), Kind::reply, Stage::rcpt, 550);
  EXPECT_TRUE(outcomes.at(1).has_value());
}

TEST(SessionPool, ReplacesASessionThatTheServerClosedMeanwhile) {
  // Closed so late that the client notices only at its next command.
  ScriptedServer server({greeted(one_mail + Script{Hear{"MAIL"}}), greeted(one_mail + Script{AwaitEnd{}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  ASSERT_TRUE(outcomes.at(0).has_value()) << outcomes.at(0).error().text;
  ASSERT_TRUE(outcomes.at(1).has_value()) << outcomes.at(1).error().text;
  EXPECT_EQ(server.connections(), 2u);
}

TEST(SessionPool, ReplacesASessionThatSays421AtItsNextMail) {
  ScriptedServer server({greeted(one_mail + Script{Hear{"MAIL"}, Say{"421 4.4.2 idle too long\r\n"}}),
                         greeted(one_mail + Script{AwaitEnd{}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  ASSERT_TRUE(outcomes.at(1).has_value()) << outcomes.at(1).error().text;
}

TEST(SessionPool, ReplacesOnlyOnce) {
  ScriptedServer server({greeted(one_mail + Script{Hear{"MAIL"}}), greeted({Hear{"MAIL"}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  expect_trouble(outcomes.at(1), Kind::closed, Stage::mail);
}

TEST(SessionPool, RecyclesASessionAfterItsShareOfMails) {
  SmtpOptions options = quick_options();
  options.mails_per_session = 2;
  ScriptedServer server(
      {greeted(one_mail + one_mail + Script{Hear{"QUIT\r\n"}}), greeted(one_mail + Script{AwaitEnd{}})});
  const auto outcomes =
      deliver_all(options, server.settings(),
                  {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}, {envelope_to("c"), "z\r\n"}});
  EXPECT_TRUE(outcomes.at(2).has_value());
}

/// Holds a session until `loop` is quiet, then lets it go; others wait meanwhile.
TEST(SessionPool, LetsCallersWaitInLineForAFreeSession) {
  ScriptedServer server({greeted(one_mail + one_mail + one_mail + Script{AwaitEnd{}})});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const MailServer settings = server.settings();
  std::string order;
  struct Work {
    static Async<void> send(Sessions& pool, const MailServer& to, char name, std::string& done) {
      auto delivery = deliver(pool, to, envelope_to(std::string(1, name)), "x\r\n");
      const Outcome outcome = co_await delivery;
      done += outcome ? name : '!';
      if (done.size() == 3) pool.close_all();
    }
  };
  for (const char name : {'a', 'b', 'c'}) spawn(Work::send(*sessions, settings, name, order));
  loop.run();
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(server.connections(), 1u);
}

TEST(SessionPool, HangsUpWithoutADotWhenASessionIsDropped) {
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{go_ahead}, AwaitEnd{}})});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const MailServer settings = server.settings();
  struct Work {
    static Async<void> drop(Sessions& pool, const MailServer& to) {
      auto opening = pool.open(MailboxId{1}, to);
      auto session = co_await opening;
      const Envelope envelope = envelope_to("a");
      auto offering = (*session)->offer(envelope);
      auto refused = co_await offering;
      EXPECT_FALSE(refused.has_value());
    }
  };
  spawn(Work::drop(*sessions, settings));
  loop.run();
  EXPECT_TRUE(server.heard(0).ends_with("DATA\r\n"));
}

TEST(SessionPool, WakesThoseWhoWaitWhenItIsClosed) {
  ScriptedServer server({{AwaitEnd{}}});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const MailServer settings = server.settings();
  int ended = 0;
  struct Work {
    static Async<void> send(Sessions& pool, const MailServer& to, int& count) {
      auto delivery = deliver(pool, to, envelope_to("a"), "x\r\n");
      const Outcome outcome = co_await delivery;
      EXPECT_FALSE(outcome.has_value());
      if (!outcome) EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(Kind::stopped));
      ++count;
    }
  };
  for (int i = 0; i < 3; ++i) spawn(Work::send(*sessions, settings, ended));
  loop.run_for(milliseconds{100});
  sessions->close_all();
  loop.run();
  EXPECT_EQ(ended, 3);
}

TEST(SessionPool, ReportsARefusedConnectionAndAnUnknownHost) {
  std::uint16_t closed_port = 0;
  {
    ScriptedServer gone({});
    closed_port = gone.port();
  }
  const MailServer nobody{.host = "127.0.0.1", .port = closed_port, .tls = Tls::none};
  expect_trouble(deliver_all(quick_options(), nobody, {{envelope_to("a"), "x"}}).at(0), Kind::connect,
                 Stage::connect);
  const MailServer unknown{.host = "no-such-host.invalid", .port = 25, .tls = Tls::none};
  const auto outcome = deliver_all(quick_options(), unknown, {{envelope_to("a"), "x"}}).at(0);
  ASSERT_FALSE(outcome.has_value());
  // Without any name server the look-up fails for now instead of for good.
  EXPECT_TRUE(outcome.error().kind == Kind::no_host || outcome.error().kind == Kind::dns)
      << outcome.error().text;
}

TEST(SessionPool, LetsACallerGoAwayWhileItWaits) {
  ScriptedServer server({{AwaitEnd{}}});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const MailServer settings = server.settings();
  {
    auto abandoned = sessions->open(MailboxId{1}, settings);
    auto second = sessions->open(MailboxId{1}, settings);
    abandoned.await_suspend(std::noop_coroutine()).resume();
    second.await_suspend(std::noop_coroutine()).resume();
    loop.run_for(milliseconds{50});
  }
  loop.run();
  EXPECT_EQ(server.heard(0), "");
}

}  // namespace
}  // namespace postrider
