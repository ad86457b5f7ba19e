#include "smtp/session_pool.h"

#include <gtest/gtest.h>

#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using std::chrono::milliseconds;
using Kind = Trouble::Kind;

// SMTP-MAIL-05: what a server takes is known from the first session on.
TEST(SessionPool, RemembersWhatTheServerOffers) {
  ScriptedServer server(
      {greeted({AwaitEnd{}}, "250-test\r\n250-SIZE 1000\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n")});
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, quick_options());
  const MailServer settings = server.settings();
  EXPECT_FALSE(sessions->offers(MailboxId{1}).has_value());
  struct Work {
    static Async<void> look(Sessions& pool, const MailServer& to) {
      auto opening = pool.open(MailboxId{1}, to);
      const auto session = co_await opening;
      EXPECT_TRUE(session.has_value());
      pool.close_all();
    }
  };
  spawn(Work::look(*sessions, settings));
  loop.run();
  const auto offers = sessions->offers(MailboxId{1});
  ASSERT_TRUE(offers.has_value());
  EXPECT_EQ(offers->max_size, 1000u);
  EXPECT_TRUE(offers->smtputf8 && offers->pipelining);
  EXPECT_FALSE(sessions->offers(MailboxId{2}).has_value());
}

const Script one_mail{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}};

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Sends each name's mail at once, over as many sessions as the server's settings allow.
struct Crowd {
  Async<void> send(std::string name) {
    auto delivery = deliver(*sessions, settings, envelope_to(name), "x\r\n");
    outcomes.push_back(co_await delivery);
    if (--running == 0) sessions->close_all();
  }
  void run(const std::vector<std::string>& names) {
    running = static_cast<int>(names.size());
    for (const auto& name : names) spawn(send(name));
    loop.run();
    loop.restart();
  }
  MailServer settings;
  boost::asio::io_context loop{1};
  SystemClock clock;
  std::unique_ptr<Sessions> sessions = make_smtp_sessions(loop, clock, quick_options());
  std::vector<Outcome> outcomes;
  int running = 0;
};

// SMTP-SESSION-04, SMTP-SESSION-05, SMTP-AUTH-03
TEST(SessionPool, LetsWhoIsOneSessionTooManyWaitForAnother) {
  const Script lines[] = {
      {Pass{}, Say{"421 4.3.2 Too many connections\r\n"}},
      {Pass{}},  // not even a word
      {Say{"220 hi\r\n"}, Hear{"EHLO client.test\r\n"}, Pass{}, Say{"421 4.3.2 closing\r\n"}},
  };
  for (const Script& refused : lines) {
    ScriptedServer server(
        {greeted(Script{Hear{"MAIL"}, Grant{}} + one_mail + one_mail + Script{AwaitEnd{}}), refused});
    Crowd crowd{.settings = server.settings(Tls::none, 2)};
    crowd.run({"a", "b"});
    ASSERT_TRUE(crowd.outcomes.at(0).has_value()) << crowd.outcomes.at(0).error().text;
    ASSERT_TRUE(crowd.outcomes.at(1).has_value()) << crowd.outcomes.at(1).error().text;
    EXPECT_EQ(server.connections(), 2u);
  }
}

// SMTP-GREETING-01, SMTP-SESSION-05
TEST(SessionPool, TellsWhoIsRefusedWhereNobodyElseWorks) {
  ScriptedServer server({{Say{"421 4.3.2 Too many connections\r\n"}}});
  Crowd crowd{.settings = server.settings(Tls::none, 2)};
  crowd.run({"a"});
  expect_trouble(crowd.outcomes.at(0), Kind::reply, Stage::greeting, 421);
}

// SMTP-SESSION-04, SMTP-DOT-02
TEST(SessionPool, HalvesItsSessionsWhenTheServerDistrustsTheSender) {
  const Script distrusted = {Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"},
                             Say{"451 4.7.1 slow down\r\n"}, AwaitEnd{}};
  const Script fine = Script{Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Pass{}, Say{"250 d\r\n"}} +
                      one_mail + one_mail + Script{AwaitEnd{}};
  ScriptedServer server({greeted(distrusted), greeted(fine)});
  Crowd crowd{.settings = server.settings(Tls::none, 2)};
  struct Later {
    static Async<void> run(Crowd& all, ScriptedServer& at) {
      auto first = deliver(*all.sessions, all.settings, envelope_to("a"), "x\r\n");
      const auto outcome = co_await first;
      EXPECT_EQ(outcome ? outcome->enhanced : outcome.error().text, "4.7.1");
      at.grant();  // the other one ends only now
    }
    static Async<void> other(Crowd& all) {
      auto second = deliver(*all.sessions, all.settings, envelope_to("b"), "x\r\n");
      (void)co_await second;
      for (const char* name : {"c", "d"}) {
        auto next = deliver(*all.sessions, all.settings, envelope_to(name), "x\r\n");
        all.outcomes.push_back(co_await next);
      }
      all.sessions->close_all();
    }
  };
  spawn(Later::run(crowd, server));
  spawn(Later::other(crowd));
  crowd.loop.run();
  EXPECT_TRUE(crowd.outcomes.at(0).has_value() && crowd.outcomes.at(1).has_value());
  EXPECT_EQ(server.connections(), 2u);
  EXPECT_TRUE(server.heard(0).ends_with("QUIT\r\n")) << "one line was let go when it came back";
  EXPECT_TRUE(server.heard(1).contains("<c@") && server.heard(1).contains("<d@"));
}

// SMTP-SESSION-01
TEST(SessionPool, UsesASessionAgainWithoutRset) {
  ScriptedServer server({greeted(one_mail + one_mail + Script{AwaitEnd{}})});
  const auto outcomes = deliver_all(quick_options(), server.settings(),
                                    {{envelope_to("a"), "x\r\n"}, {envelope_to("b"), "y\r\n"}});
  EXPECT_TRUE(outcomes.at(0).has_value() && outcomes.at(1).has_value());
  EXPECT_EQ(server.heard(0).find("RSET"), std::string::npos);
}

// SMTP-QUIT-01
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

// SMTP-ANY-01
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

// SMTP-SESSION-01
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
// SMTP-SESSION-05
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

// SMTP-WINDOW-07
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

// SMTP-CONNECT-01, SMTP-CONNECT-02, SMTP-CONNECT-03
TEST(SessionPool, ReportsARefusedConnectionAndAnUnknownHost) {
  std::uint16_t closed_port = 0;
  {
    ScriptedServer gone({});
    closed_port = gone.port();
  }
  const MailServer nobody{.host = "127.0.0.1", .port = closed_port, .tls = Tls::none};
  expect_trouble(deliver_all(quick_options(), nobody, {{envelope_to("a"), "x"}}).at(0), Kind::port_closed,
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
