#include "smtp/delivery_session.h"

#include <gtest/gtest.h>

#include "smtp/scripted_server_test.h"

namespace postrider {
namespace {

using std::chrono::milliseconds;
using Kind = Trouble::Kind;

Outcome deliver_one(ScriptedServer& server, const SmtpOptions& options = quick_options(), Tls tls = Tls::none,
                    const std::string& message = "Subject: x\r\n\r\n.hello\r\n", bool body_first = false) {
  auto outcomes = deliver_all(options, server.settings(tls), {{envelope_to("anna", message.size()), message}},
                              body_first);
  EXPECT_EQ(outcomes.size(), 1u);
  return std::move(outcomes.at(0));
}

// SMTP-DOT-01, SMTP-S-01, SMTP-TIME-06, SMTP-WIRE-02
TEST(SmtpSession, SendsTheEnvelopeInOneWriteAndBodyWithDotInAnother) {
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n354 c\r\n"}, Hear{"\r\n.\r\n"},
                                  Say{"250 2.0.0 queued as 7\r\n"}, AwaitEnd{}})});
  const Outcome outcome = deliver_one(server);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(outcome->code, 250);
  EXPECT_EQ(outcome->text, "queued as 7");
  EXPECT_EQ(server.heard(0),
            "EHLO client.test\r\nMAIL FROM:<sender@example.com>\r\nRCPT TO:<anna@example.net>\r\nDATA\r\n"
            "Subject: x\r\n\r\n..hello\r\n.\r\nQUIT\r\n");
}

// SMTP-S-01
TEST(SmtpSession, WaitsForEachAnswerWhereTheServerDoesNotPipeline) {
  ScriptedServer server(
      {greeted({Hear{"example.com>\r\n"}, Say{"250 a\r\n"}, Hear{"example.net>\r\n"}, Say{"250 b\r\n"},
                Hear{"DATA\r\n"}, Say{"354 c\r\n"}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}},
               lock_step_hello)});
  const Outcome outcome = deliver_one(server);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
}

TEST(SmtpSession, SendsTheBodyAheadWhenToldTo) {
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n354 c\r\n"}, Hear{"..hello\r\n"},
                                  Hear{".\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}})});
  const Outcome outcome = deliver_one(server, quick_options(), Tls::none, ".hello", true);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
}

// SMTP-WIRE-02
TEST(SmtpSession, SendsALargeBodyInBlocks) {
  std::string message;
  while (message.size() < 3'000'000) message += ".a line that begins with a dot\r\n";
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n354 c\r\n"}, Hear{"\r\n.\r\n"},
                                  Say{"250 d\r\n"}, AwaitEnd{}})});
  const Outcome outcome = deliver_one(server, quick_options(), Tls::none, message);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_GT(server.heard(0).size(), message.size() + message.size() / 40);
}

struct Row {
  const char* name;
  Script script;
  Kind kind;
  Stage stage;
  int code = 0;
  Tls tls = Tls::none;
};

std::string many_lines(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\r\n";
  return text;
}

class TroubleTable : public testing::TestWithParam<Row> {};

// SMTP-GREETING-03, SMTP-GREETING-04, SMTP-GREETING-05, SMTP-EHLO-02, SMTP-STARTTLS-02, SMTP-STARTTLS-03,
// SMTP-BODY-01, SMTP-DATA-01, SMTP-DATA-02, SMTP-DOT-05, SMTP-S-05,
// SMTP-WIRE-07
TEST_P(TroubleTable, IsReportedWithItsStage) {
  const Row& row = GetParam();
  ScriptedServer server({row.script});
  expect_trouble(deliver_one(server, quick_options(), row.tls), row.kind, row.stage, row.code);
}

INSTANTIATE_TEST_SUITE_P(
    Troubles, TroubleTable,
    testing::Values(
        Row{"ClosedAtOnce", {}, Kind::closed, Stage::greeting},
        Row{"RefusedAtOnce", {Say{"554 5.7.1 go away\r\n"}}, Kind::reply, Stage::greeting, 554},
        Row{"GreetsInHttp",
            {Say{"HTTP/1.1 400 Bad Request\r\n"}, AwaitEnd{}},
            Kind::garbage,
            Stage::greeting},
        Row{"GreetsWithAnEndlessLine",
            {Say{"220 " + std::string(5000, 'x')}, AwaitEnd{}},
            Kind::garbage,
            Stage::greeting},
        Row{"GreetsWithoutEnd", {Say{many_lines("220-", 200)}, AwaitEnd{}}, Kind::garbage, Stage::greeting},
        Row{"GreetsWithLongLines",
            {Say{many_lines("220-" + std::string(1900, 'x'), 50)}, AwaitEnd{}},
            Kind::garbage,
            Stage::greeting},
        Row{"KnowsNoEhloButIsToEncrypt",
            {Say{"220 hi\r\n"}, Hear{"\r\n"}, Say{"502 what\r\n"}, Hear{"QUIT"}},
            Kind::reply,
            Stage::ehlo,
            502,
            Tls::starttls},
        Row{"RefusesTls",
            greeted({Hear{"STARTTLS\r\n"}, Say{"554 5.7.3 no\r\n"}, AwaitEnd{}}, "250-x\r\n250 STARTTLS\r\n"),
            Kind::reply, Stage::starttls, 554, Tls::starttls},
        Row{"CannotStartTlsNow",
            greeted({Hear{"STARTTLS\r\n"}, Say{"454 4.7.0 not now\r\n"}, AwaitEnd{}},
                    "250-x\r\n250 STARTTLS\r\n"),
            Kind::reply, Stage::starttls, 454, Tls::starttls},
        Row{"RefusesEhlo",
            {Say{"220 hi\r\n"}, Hear{"\r\n"}, Say{"421 4.3.2 later\r\n"}},
            Kind::reply,
            Stage::ehlo,
            421},
        Row{"ClosesAtMail", greeted({Hear{"DATA\r\n"}}), Kind::closed, Stage::mail},
        Row{"ClosesAtRcpt", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n"}}), Kind::closed, Stage::rcpt},
        Row{"ClosesAtData", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n"}}), Kind::closed,
            Stage::data},
        Row{"RefusesMail", greeted({Hear{"DATA\r\n"}, Say{"450 4.2.1 a\r\n503 b\r\n503 c\r\n"}, AwaitEnd{}}),
            Kind::reply, Stage::mail, 450},
        Row{"RefusesRcpt", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n550 5.1.1 b\r\n554 c\r\n"}, AwaitEnd{}}),
            Kind::reply, Stage::rcpt, 550},
        Row{"RefusesRcptAndCloses", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n550 5.1.1 b\r\n"}}), Kind::reply,
            Stage::rcpt, 550},
        Row{"RefusesRcptYetTakesData",
            greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n550 5.1.1 b\r\n354 c\r\n"}, Hear{".\r\n"},
                     Say{"554 d\r\n"}, Hear{"QUIT\r\n"}}),
            Kind::reply, Stage::rcpt, 550},
        Row{"RefusesData", greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n451 4.3.0 c\r\n"}, AwaitEnd{}}),
            Kind::reply, Stage::data, 451},
        Row{"TakesDataWithTheWrongCode",
            greeted({Hear{"DATA\r\n"}, Say{"250 a\r\n250 b\r\n250 c\r\n"}, AwaitEnd{}}), Kind::garbage,
            Stage::data},
        Row{"ClosesAtDot", greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}}), Kind::closed,
            Stage::dot},
        Row{"AnswersTheDotWithGarbage",
            greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"OK\r\n"}, AwaitEnd{}}),
            Kind::garbage, Stage::dot}),
    [](const auto& info) { return info.param.name; });

// SMTP-WINDOW-06, SMTP-DOT-02, SMTP-ANY-01
TEST(SmtpSession, TakesANegativeAnswerToTheDotAsAnAnswer) {
  ScriptedServer server(
      {greeted({Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, Say{"421 4.7.28 too fast\r\n"}})});
  const Outcome outcome = deliver_one(server);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
  EXPECT_EQ(outcome->code, 421);
  EXPECT_EQ(outcome->enhanced, "4.7.28");
}

// SMTP-BODY-02, SMTP-DOT-03
TEST(SmtpSession, SendsNoDotWhenTheServerAnswersDuringTheBody) {
  // The refusal comes with the 354, so it is there before the body goes.
  ScriptedServer server({greeted({Hear{"DATA\r\n"}, Say{go_ahead + "552 5.3.4 too big\r\n"}, AwaitEnd{}})});
  expect_trouble(deliver_one(server), Kind::reply, Stage::body, 552);
  EXPECT_EQ(server.heard(0).find("\r\n.\r\n"), std::string::npos);
}

// SMTP-BODY-02, SMTP-DOT-04
TEST(SmtpSession, StopsWritingWhenTheServerRefusesHalfWay) {
  // The server reads no more, so the writer is stuck when the answer comes.
  std::string message;
  while (message.size() < 30'000'000) message += "just a line\r\n";
  ScriptedServer server({greeted(
      {Hear{"DATA\r\n"}, Say{go_ahead}, Hear{"just a line"}, Say{"550 5.7.1 spam\r\n"}, AwaitEnd{}})});
  expect_trouble(deliver_one(server, quick_options(), Tls::none, message), Kind::reply, Stage::body, 550);
  EXPECT_EQ(server.heard(0).find("\r\n.\r\n"), std::string::npos);
}

struct SlowRow {
  const char* name;
  Script script;
  Stage stage;
};

class TimeoutTable : public testing::TestWithParam<SlowRow> {};

TEST_P(TimeoutTable, EndsTheWait) {
  SmtpOptions options = quick_options();
  options.deadlines = {milliseconds{200}, milliseconds{200}, milliseconds{200},
                       milliseconds{200}, milliseconds{200}, milliseconds{200}};
  ScriptedServer server({GetParam().script});
  expect_trouble(deliver_one(server, options), Kind::timeout, GetParam().stage);
}

INSTANTIATE_TEST_SUITE_P(
    Timeouts, TimeoutTable,
    testing::Values(
        SlowRow{"Greeting", {AwaitEnd{}}, Stage::greeting},
        SlowRow{"Ehlo", {Say{"220 hi\r\n"}, AwaitEnd{}}, Stage::ehlo},
        SlowRow{"HalfAReply", {Say{"220-hi\r\n220-wait"}, AwaitEnd{}}, Stage::greeting},
        SlowRow{"Mail", greeted({AwaitEnd{}}), Stage::mail},
        SlowRow{"Rcpt", greeted({Hear{"DATA"}, Say{"250 a\r\n"}, AwaitEnd{}}), Stage::rcpt},
        SlowRow{"Data", greeted({Hear{"DATA"}, Say{"250 a\r\n250 b\r\n"}, AwaitEnd{}}), Stage::data},
        SlowRow{"Dot", greeted({Hear{"DATA"}, Say{go_ahead}, Hear{"\r\n.\r\n"}, AwaitEnd{}}), Stage::dot}),
    [](const auto& info) { return info.param.name; });

// SMTP-EHLO-01
TEST(SmtpSession, FallsBackToHeloOnAnOldServer) {
  ScriptedServer server(
      {{Say{"220 hi\r\n"}, Hear{"EHLO"}, Hear{"\r\n"}, Say{"502 what\r\n"}, Hear{"HELO client.test\r\n"},
        Say{"250 hi\r\n"}, Hear{"com>\r\n"}, Say{"250 a\r\n"}, Hear{"net>\r\n"}, Say{"250 b\r\n"},
        Hear{"DATA\r\n"}, Say{"354 c\r\n"}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}}});
  const Outcome outcome = deliver_one(server);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().text;
}

// SMTP-STARTTLS-01, SMTP-S-02
TEST(SmtpSession, NeverSendsInClearWhenTlsIsRequired) {
  ScriptedServer server({greeted({AwaitEnd{}})});
  expect_trouble(deliver_one(server, quick_options(), Tls::starttls), Kind::tls_required, Stage::starttls);
  EXPECT_EQ(server.heard(0).find("MAIL"), std::string::npos);
}

// SMTP-STARTTLS-04, SMTP-WIRE-07
TEST(SmtpSession, RefusesBytesSlippedInBeforeTheHandshake) {
  ScriptedServer server(
      {greeted({Hear{"STARTTLS\r\n"}, Say{"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"}, AwaitEnd{}},
               "250-x\r\n250 STARTTLS\r\n")});
  expect_trouble(deliver_one(server, quick_options(), Tls::starttls), Kind::injection, Stage::starttls);
}

// SMTP-MAIL-05, SMTP-WIRE-06
TEST(SmtpSession, RefusesLocallyWhatTheServerWouldNotTake) {
  ScriptedServer server({greeted({AwaitEnd{}}, "250-x\r\n250 SIZE 10\r\n")});
  expect_trouble(deliver_one(server), Kind::too_big, Stage::mail);
  ScriptedServer second({greeted({AwaitEnd{}})});
  Envelope envelope = envelope_to("bj\xc3\xb6rn");
  envelope.needs_smtputf8 = true;
  expect_trouble(deliver_all(quick_options(), second.settings(), {{envelope, "x"}}).at(0), Kind::needs_utf8,
                 Stage::mail);
  EXPECT_EQ(second.heard(0).find("MAIL"), std::string::npos);
}

// SMTP-WIRE-03
TEST(SmtpSession, RefusesAnAddressThatWouldInjectACommand) {
  ScriptedServer server({greeted({AwaitEnd{}})});
  const auto outcomes =
      deliver_all(quick_options(), server.settings(), {{envelope_to("a>\r\nDATA\r\n"), "x"}});
  expect_trouble(outcomes.at(0), Kind::reply, Stage::rcpt, 501);
  EXPECT_EQ(server.heard(0), "EHLO client.test\r\nQUIT\r\n");
}

// SMTP-MAIL-06
TEST(SmtpSession, TriesMailAgainWithoutParametersTheServerChokesOn) {
  ScriptedServer server(
      {greeted({Hear{"DATA\r\n"}, Say{"555 what\r\n503 b\r\n503 c\r\n"},
                Hear{"RSET\r\nMAIL FROM:<sender@example.com>\r\n"}, Hear{"DATA\r\n"},
                Say{"250 r\r\n250 a\r\n250 b\r\n354 c\r\n"}, Hear{"\r\n.\r\n"}, Say{"250 d\r\n"}, AwaitEnd{}},
               "250-x\r\n250-PIPELINING\r\n250 SIZE\r\n")});
  const Outcome outcome = deliver_one(server);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().text;
}

}  // namespace
}  // namespace postrider
