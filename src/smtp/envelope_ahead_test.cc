// Two deliveries on one line: the envelope of the second leaves with the dot of the first.

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <map>
#include <memory>

#include "smtp/scripted_server_test.h"
#include "smtp/session_pool.h"

namespace postrider {
namespace {

using Kind = Trouble::Kind;

const std::string pipelines = "250-test\r\n250-SIZE 1000\r\n250 PIPELINING\r\n";

/// A test that goes wrong should not take the minutes of RFC 5321 to say so.
SmtpOptions impatient() {
  auto options = quick_options();
  options.deadlines.command = options.deadlines.data = options.deadlines.dot = std::chrono::seconds{20};
  return options;
}

std::string envelope_of(const std::string& local) {
  return "MAIL FROM:<sender@example.com>\r\nRCPT TO:<" + local + "@example.net>\r\nDATA\r\n";
}

Script line(Script rest, const std::string& ehlo_answer = pipelines) {
  return greeted(std::move(rest), ehlo_answer);
}

/// Delivers to each name at once, all over one session, and tells what happened in which order.
class AheadTest : public testing::Test {
 public:
  Async<void> send(std::string name, std::size_t size = 0) {
    ++running_;
    auto opening = sessions_->open(MailboxId{1}, settings_);
    auto session = co_await opening;
    if (!session) {
      end(name, session.error());
      co_return;
    }
    const Envelope envelope = envelope_to(name, size);
    auto offering = (*session)->offer(envelope);
    auto refused = co_await offering;
    if (refused) {
      session->reset();
      end(name, *refused);
      co_return;
    }
    events_.push_back(name + " offered");
    const std::string message = name == "a" ? body_ : "another\r\n";
    auto committing = (*session)->commit(message);
    auto reply = co_await committing;
    if (name == "a" && tells_turns_)
      boost::asio::post(loop_, [this] { events_.push_back("the loop turned"); });
    session->reset();
    if (reply) {
      events_.push_back(name + " " + std::to_string(reply->code));
      end(name, {});
    } else {
      end(name, reply.error());
    }
  }

  void end(const std::string& name, const Trouble& trouble) {
    if (!trouble.text.empty())
      events_.push_back(name + " trouble at " + std::string(to_string(trouble.stage)));
    troubles_[name] = trouble;
    if (--running_ == 0) sessions_->close_all();
  }

  void run(ScriptedServer& server, const std::vector<std::string>& names) {
    settings_ = server.settings();
    for (const auto& name : names) spawn(send(name));
    loop_.run();
  }

  boost::asio::io_context loop_{1};
  const SystemClock clock_;
  SmtpOptions options_ = impatient();
  std::unique_ptr<Sessions> sessions_ = make_smtp_sessions(loop_, clock_, options_);
  MailServer settings_;
  std::vector<std::string> events_;
  std::map<std::string, Trouble> troubles_;
  std::string body_ = "the first\r\n";  ///< of "a"
  int running_ = 0;
  bool tells_turns_ = false;
};

using Events = std::vector<std::string>;

TEST_F(AheadTest, TheNextEnvelopeLeavesWithTheDotBeforeIt) {
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n" + envelope_of("b")},
             Say{"250 d\r\n" + go_ahead}, Hear{"\r\n.\r\n" + envelope_of("c")}, Say{"250 e\r\n" + go_ahead},
             Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b", "c"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b offered", "b 250", "c offered", "c 250"}));
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(AheadTest, TheFirstIsToldBeforeTheSecondMayGoOn) {
  // All answers in one piece: who is called first is ours to order, not the network's. The first one's
  // outcome must be on its way to the disk before the second one asks for its gate.
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"550 5.7.1 no\r\n" + go_ahead},
             Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a 550", "b offered", "b 250"}));
}

TEST_F(AheadTest, NothingOfOtherLinesComesBetweenTheFirstAndTheSecond) {
  // So the outcome of the first and the intent of the second travel to the disk together.
  tells_turns_ = true;
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"250 d\r\n" + go_ahead},
             Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b offered", "the loop turned", "b 250"}));
}

TEST_F(AheadTest, NothingIsSentAheadWithoutPipelining) {
  const Script mail{Hear{"MAIL FROM:<sender@example.com>\r\n"},
                    Say{"250 a\r\n"},
                    Hear{"example.net>\r\n"},
                    Say{"250 b\r\n"},
                    Hear{"DATA\r\n"},
                    Say{"354 c\r\n"},
                    Hear{"\r\n.\r\n"},
                    Say{"250 d\r\n"}};
  Script both = mail;
  both.insert(both.end(), mail.begin(), mail.end());
  both.emplace_back(AwaitEnd{});
  ScriptedServer server({line(both, "250 test\r\n")});
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b offered", "b 250"}));
}

TEST_F(AheadTest, ARecipientRefusedAheadLeavesTheLineToTheNext) {
  ScriptedServer server({line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")},
                               Say{"250 d\r\n250 a\r\n550 5.1.1 unknown\r\n554 no valid recipients\r\n"},
                               Hear{"RSET\r\n" + envelope_of("c")}, Say{"250 r\r\n" + go_ahead},
                               Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b", "c"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b trouble at rcpt", "c offered", "c 250"}));
  EXPECT_EQ(troubles_["b"].reply.code, 550);
}

TEST_F(AheadTest, AServerThatMindsGetsTheEnvelopeByItselfAndIsAskedNoMore) {
  const std::string minds = "503 5.5.1 one at a time\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n";
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"250 d\r\n" + minds},
             Hear{"RSET\r\n" + envelope_of("b")}, Say{"250 r\r\n" + go_ahead}, Hear{"another\r\n.\r\n"},
             Say{"250 e\r\n"}, Hear{envelope_of("c")}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"},
             AwaitEnd{}})});
  run(server, {"a", "b", "c"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b offered", "b 250", "c offered", "c 250"}));
}

TEST_F(AheadTest, ARefusalThatStandsWhenTheEnvelopeIsSaidByItselfIsBelieved) {
  const std::string quota = "550 5.4.5 daily limit\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n";
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"250 d\r\n" + quota},
             Hear{"RSET\r\n" + envelope_of("b")}, Say{"250 r\r\n" + quota}, AwaitEnd{}})});
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b trouble at mail"}));
  EXPECT_EQ(troubles_["b"].reply.code, 550);
}

TEST_F(AheadTest, AServerThatNeverAnswersAnEnvelopeBehindADotIsAskedAnewAndNoMore) {
  options_.deadlines.command = std::chrono::milliseconds{300};
  sessions_ = make_smtp_sessions(loop_, clock_, options_);
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"250 d\r\n"}, AwaitEnd{}}),
       line({Hear{envelope_of("b")}, Say{go_ahead}, Hear{"another\r\n.\r\n"}, Say{"250 e\r\n"},
             Hear{envelope_of("c")}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b", "c"});
  EXPECT_EQ(events_, (Events{"a offered", "a 250", "b offered", "b 250", "c offered", "c 250"}));
}

TEST_F(AheadTest, ALineLostAtTheDotCostsTheOneBehindNothing) {
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}}),
       line({Hear{envelope_of("b")}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a trouble at dot", "b offered", "b 250"}));
  EXPECT_EQ(server.connections(), 2u);
}

TEST_F(AheadTest, AServerThatHangsUpAfterAMailCostsTheOneBehindNothing) {
  for (const std::string& goodbye : {std::string("250 d\r\n"), std::string("250 d\r\n421 4.4.2 enough\r\n"),
                                     std::string("421 4.3.0 going down\r\n")}) {
    events_.clear();
    ScriptedServer server(
        {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{goodbye}}),
         line({Hear{envelope_of("b")}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
    loop_.restart();
    run(server, {"a", "b"});
    EXPECT_EQ(events_, (Events{"a offered", "a " + goodbye.substr(0, 3), "b offered", "b 250"})) << goodbye;
  }
}

TEST_F(AheadTest, AnEnvelopeThatNeverLeftIsOfferedOnAFreshLine) {
  // The server refuses in the middle of the first one's long body, which is then not finished.
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"more and more"}, Say{"552 5.3.4 too much\r\n"},
             AwaitEnd{}}),
       line({Hear{envelope_of("b")}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  while (body_.size() < 30'000'000) body_ += "more and more\r\n";
  run(server, {"a", "b"});
  EXPECT_EQ(events_, (Events{"a offered", "a trouble at body", "b offered", "b 250"}));
  EXPECT_EQ(server.heard(0).find("MAIL FROM:<sender@example.com>\r\nRCPT TO:<b@"), std::string::npos);
}

TEST_F(AheadTest, OneThatIsRefusedBeforeItSaysAWordDisturbsNobody) {
  ScriptedServer server(
      {line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, Hear{envelope_of("c")},
             Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"250 f\r\n"}, AwaitEnd{}})});
  settings_ = server.settings();
  spawn(send("a"));
  spawn(send("large", 5000));
  spawn(send("c"));
  loop_.run();
  EXPECT_EQ(events_, (Events{"a offered", "large trouble at mail", "a 250", "c offered", "c 250"}));
}

TEST_F(AheadTest, OneThatGoesAwayAfterItsEnvelopeIsHungUpOn) {
  ScriptedServer server({line(
      {Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}, Say{"250 d\r\n" + go_ahead}, AwaitEnd{}})});
  settings_ = server.settings();
  struct Work {
    static Async<void> leave(AheadTest& test) {
      auto opening = test.sessions_->open(MailboxId{1}, test.settings_);
      auto session = co_await opening;
      const Envelope envelope = envelope_to("b");
      auto offering = (*session)->offer(envelope);
      (void)co_await offering;
      ADD_FAILURE() << "was called although it had gone";
    }
  };
  ++running_;  // "a" does not close the pool at its end
  spawn(send("a"));
  {
    auto leaving = std::make_unique<Async<void>>(Work::leave(*this));
    leaving->await_suspend(std::noop_coroutine()).resume();
    while (events_.empty()) loop_.run_one();  // "a" has been offered, and has sent the envelope of "b"
    leaving.reset();
  }
  loop_.restart();
  loop_.run();
  EXPECT_EQ(events_, (Events{"a offered", "a 250"}));
  EXPECT_TRUE(server.heard(0).ends_with("\r\n.\r\n" + envelope_of("b")));
}

TEST_F(AheadTest, WhenThePoolIsClosedTheOneBehindDialsNoFurther) {
  ScriptedServer server({line({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{envelope_of("b")}})});
  settings_ = server.settings();
  spawn(send("a"));
  spawn(send("b"));
  while (events_.empty()) loop_.run_one();
  sessions_->close_all();  // "a" is past its dot and waits for its reply, which never comes
  loop_.run();
  EXPECT_EQ(events_, (Events{"a offered", "a trouble at dot", "b trouble at connect"}));
  EXPECT_EQ(troubles_["b"].kind, Kind::stopped) << "nobody's fault";
  EXPECT_EQ(server.connections(), 1u);
}

}  // namespace
}  // namespace postrider
