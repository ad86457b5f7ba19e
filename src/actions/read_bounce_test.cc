#include "actions/read_bounce.h"

#include "actions/action_test.h"
#include "actions/message_ids.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class ReadBounce : public ActionTest {
 protected:
  CampaignId sent() {
    add_office();
    const auto id = create(kThreePeople)->id;
    EXPECT_TRUE(start_campaign(context_, id, {})->started());
    EXPECT_EQ(work(accepted), 3);
    return id;
  }
  std::string message_id(CampaignId id, const std::string& address) {
    auto email = store().emails(id, {.address = address}).at(0);
    MessageIds(context_).fill(id, email);
    return email.message_id;
  }
  static std::string report(const std::string& recipient, const std::string& message_id,
                            const std::string& status = "5.1.1",
                            const std::string& words = "550 5.1.1 no such user",
                            const std::string& more_returned = "") {
    return "From: MAILER-DAEMON@mx.example.net\nTo: ana@example.com\nSubject: failed\nMIME-Version: 1.0\n"
           "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
           "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
           "Reporting-MTA: dns; mx.example.net\n\n" +
           (recipient.empty() ? "" : "Final-Recipient: rfc822; " + recipient + "\n") +
           "Action: failed\nStatus: " + status + "\nDiagnostic-Code: smtp; " + words +
           "\n\n--b\nContent-Type: text/rfc822-headers\n\nFrom: ana@example.com\nMessage-ID: " + message_id +
           "\n" + more_returned + "\n--b--\n";
  }
  static std::string complaint(const std::string& message_id, const std::string& returned) {
    return "From: fbl@provider.example\nMIME-Version: 1.0\nContent-Type: multipart/report; "
           "report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nSpam.\n\n--b\n"
           "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\n\n--b\n"
           "Content-Type: message/rfc822\n\nMessage-ID: " +
           message_id + "\n" + returned + "Subject: x\n\nbody\n--b--\n";
  }
  EmailStatus status(CampaignId id, const std::string& address) {
    return store().emails(id, {.address = address}).at(0).status;
  }
  void expect_nothing_changed(CampaignId id) {
    EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 3}));
    EXPECT_TRUE(store().suppressions("", 10).empty());
  }
};

TEST_F(ReadBounce, AReportOfOurOwnEmailBouncesItOnce) {
  const auto id = sent();
  const auto mail = report("BO@example.com", message_id(id, "bo@example.com"));
  const auto answer = read_bounce(context_, mail);
  ASSERT_TRUE(answer);
  ASSERT_TRUE(answer->email) << answer->sentence;
  EXPECT_EQ(answer->email->address, "bo@example.com");
  EXPECT_TRUE(answer->done.changed && answer->done.suppressed);
  EXPECT_NE(answer->sentence.find("came back: it is bounced; the address is suppressed"), std::string::npos);
  EXPECT_EQ(status(id, "bo@example.com"), EmailStatus::bounced);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 2, .bounced = 1}));
  const auto again = read_bounce(context_, mail);
  EXPECT_FALSE(again->done.changed);
  EXPECT_NE(again->sentence.find("is bounced already"), std::string::npos);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 2, .bounced = 1}));
}

// SMTP-LATE-03
TEST_F(ReadBounce, WhatIsNotOursChangesNothing) {
  const auto id = sent();
  const auto ours = message_id(id, "bo@example.com");
  auto forged = ours;
  forged[5] = forged[5] == 'a' ? 'b' : 'a';
  auto elsewhere = ours;
  elsewhere.replace(elsewhere.find('@'), std::string::npos, "@other.example>");
  for (const auto& mail :
       {report("bo@example.com", forged), report("bo@example.com", elsewhere), report("bo@example.com", ""),
        report("ana@example.com", ours), report("stranger@example.net", ours), report("no address", ours),
        complaint(forged, "To: bo@example.com\n"), std::string("hello"), std::string()}) {
    const auto answer = read_bounce(context_, mail);
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->email) << mail;
    EXPECT_FALSE(answer->done.changed);
  }
  expect_nothing_changed(id);
}

// SMTP-LATE-01
TEST_F(ReadBounce, TheTableOfRefusalsDecidesWhatIsSuppressed) {
  const auto id = sent();
  auto answer = read_bounce(context_, report("ana@example.com", message_id(id, "ana@example.com"), "5.7.1",
                                             "550 5.7.1 looks like spam"));
  EXPECT_TRUE(answer->done.changed);
  EXPECT_FALSE(answer->done.suppressed);
  answer = read_bounce(context_, report("bo@example.com", message_id(id, "bo@example.com"), "5.2.2",
                                        "552 5.2.2 mailbox full"));
  EXPECT_TRUE(answer->done.changed);
  EXPECT_FALSE(answer->done.suppressed);
  answer = read_bounce(
      context_, report("cy@example.com", message_id(id, "cy@example.com"), "4.4.7", "delivery time expired"));
  EXPECT_TRUE(answer->done.changed);
  EXPECT_TRUE(store().suppressions("", 10).empty());
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.bounced = 3}));
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::failed);
}

// SMTP-LATE-02
TEST_F(ReadBounce, AReportThatNamesNobodyIsFoundByWhatCameBack) {
  const auto id = sent();
  const Address from{"ana", "example.com"};
  const std::optional<Address> none;
  const auto link = links_.link(id, Address{"cy", "example.com"}, {from, none});
  const auto answer = read_bounce(
      context_, complaint(message_id(id, "cy@example.com"),
                          "To: redacted@provider.example\nList-Unsubscribe: " + link.header + "\n"));
  ASSERT_TRUE(answer->email) << answer->sentence;
  EXPECT_TRUE(answer->done.suppressed);
  EXPECT_EQ(status(id, "cy@example.com"), EmailStatus::sent);
  EXPECT_EQ(store().find_suppression({"cy", "example.com"})->kind, SuppressionKind::complained);
  EXPECT_TRUE(read_bounce(context_, report("", message_id(id, "bo@example.com"), "5.1.1", "550 5.1.1 no",
                                           "To: Bo <bo@example.com>\n"))
                  ->done.changed);
}

TEST_F(ReadBounce, ADelayOrAnAnswerOrSomethingHugeIsLeftAlone) {
  const auto id = sent();
  auto delay = report("bo@example.com", message_id(id, "bo@example.com"), "4.4.1");
  delay.replace(delay.find("Action: failed"), 14, "Action: delayed");
  EXPECT_NE(read_bounce(context_, delay)->sentence.find("still trying"), std::string::npos);
  EXPECT_NE(
      read_bounce(context_, "Auto-Submitted: auto-replied\n\naway\n")->sentence.find("automatic answer"),
      std::string::npos);
  EXPECT_EQ(read_bounce(context_, std::string(kLargestReport + 1, 'x')).error().code, "report_too_large");
  expect_nothing_changed(id);
}

/// An answer to an email of ours.
std::string answer_from(const std::string& who, const std::string& message_id, const std::string& body,
                        const std::string& more_head = {}) {
  return "From: Somebody <" + who + ">\nTo: ana@example.com\nSubject: Re: Hello\nIn-Reply-To: " + message_id +
         "\nReferences: <older@example.net> " + message_id + "\n" + more_head + "\n" + body + "\n";
}

// MAIL-RULES I5
TEST_F(ReadBounce, AMailToTheUnsubscribeAddressSuppresses) {
  const auto id = sent();
  const std::optional<Address> none;
  const auto link = links_.link(id, Address{"cy", "example.com"}, {Address{"ana", "example.com"}, none});
  const auto token = std::string(unsubscribe_token_in(link.url));
  const auto mail = [](const std::string& subject) {
    return "From: whoever@example.net\nTo: ana@example.com\nSubject: " + subject + "\n\n\n";
  };
  auto forged = token;
  forged[10] = forged[10] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(read_bounce(context_, mail("unsubscribe " + forged))->done.changed);
  EXPECT_FALSE(read_bounce(context_, mail("unsubscribe example"))->done.changed);
  EXPECT_FALSE(read_bounce(context_, "Auto-Submitted: auto-replied\n" + mail("Re: unsubscribe " + token))
                   ->done.changed);
  expect_nothing_changed(id);
  const auto answer = read_bounce(context_, mail("Unsubscribe " + token));
  ASSERT_TRUE(answer);
  EXPECT_EQ(to_string(answer->report.kind), "unsubscribe");
  EXPECT_TRUE(answer->done.suppressed) << answer->sentence;
  EXPECT_EQ(answer->done.status, EmailStatus::sent);
  EXPECT_EQ(answer->email->address, "cy@example.com");
  const auto found = store().find_suppression(Address{"cy", "example.com"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, SuppressionKind::unsubscribed);
  EXPECT_EQ(found->campaign, id);
  const auto again = read_bounce(context_, mail("Re: unsubscribe " + token));
  EXPECT_FALSE(again->done.changed);
  EXPECT_NE(again->sentence.find("suppressed already"), std::string::npos);
}

// MAIL-RULES I5
TEST_F(ReadBounce, AnAnswerThatSaysNothingButStopSuppressesItsWriter) {
  const auto id = sent();
  const auto ours = message_id(id, "bo@example.com");
  auto forged = ours;
  forged[5] = forged[5] == 'a' ? 'b' : 'a';
  for (const auto& mail :
       {answer_from("bo@example.com", ours, "Thank you, that is interesting."),
        answer_from("bo@example.com", ours, "STOP\n\nBut what does it cost?"),
        answer_from("bo@example.com", ours, "STOP", "Auto-Submitted: auto-replied\n"),
        answer_from("bo@example.com", forged, "STOP"), answer_from("ana@example.com", ours, "STOP"),
        answer_from("stranger@example.net", ours, "STOP"), answer_from("no address", ours, "STOP")}) {
    const auto answer = read_bounce(context_, mail);
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->done.changed) << mail;
  }
  expect_nothing_changed(id);
  const auto answer = read_bounce(
      context_,
      answer_from(
          "BO@example.com", ours, "=53TOP, bitte!\n\n> this is the news.",
          "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n"));
  ASSERT_TRUE(answer->email) << answer->sentence;
  EXPECT_TRUE(answer->done.suppressed);
  EXPECT_NE(answer->sentence.find("bo@example.com wants no more mail: the address is suppressed"),
            std::string::npos);
  EXPECT_EQ(store().find_suppression(Address{"bo", "example.com"})->kind, SuppressionKind::unsubscribed);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 3}));
}

}  // namespace
}  // namespace postrider
