#include "mail/reply.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/text.h"
#include "mail/reply_rules.h"

namespace postrider {
namespace {

using enum Disposition;
using Kind = Trouble::Kind;
using Action = MailboxAction;

constexpr bool kSuppress = true;
constexpr bool kKeep = false;

struct ReplyRow {
  std::string_view id;  ///< the rule that must decide
  Stage stage;
  int code;
  std::string_view text;
  Disposition disposition;
  Blame blame;
  bool suppress;
  Action mailbox;
};

// clang-format off
const ReplyRow kRows[] = {
    {"greeting-4xx", Stage::greeting, 421, "4.3.0 try later", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-GREETING-01
    {"greeting-connections", Stage::greeting, 421, "4.7.0 Too many connections from 192.0.2.1", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-GREETING-01
    {"greeting-connections", Stage::greeting, 421, "4.3.2 The maximum number of concurrent connections has exceeded a limit", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-GREETING-01
    {"greeting-5xx", Stage::greeting, 554, "no service", deferred, Blame::mailbox, kKeep, Action::pause_then_stop},  // SMTP-GREETING-02
    {"ehlo-refused", Stage::ehlo, 502, "unknown command", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-EHLO-02
    {"before-rcpt", Stage::ehlo, 550, "5.7.1 who are you", deferred, Blame::mailbox, kKeep, Action::pause},
    {"before-rcpt", Stage::ehlo, 450, "4.3.2 later", deferred, Blame::mailbox, kKeep, Action::pause},
    {"starttls-454", Stage::starttls, 454, "4.7.0 TLS not available", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-STARTTLS-03
    {"starttls-5xx", Stage::starttls, 554, "5.7.3 no", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-STARTTLS-02
    {"auth-535", Stage::auth, 535, "5.7.8 Username and Password not accepted", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-01, SMTP-S-07
    {"auth-535", Stage::auth, 534, "5.7.9 Application-specific password required", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-01, SMTP-S-07
    {"auth-535", Stage::auth, 535, "5.7.30 Basic authentication is not supported", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-01, SMTP-S-07
    {"auth-4xx", Stage::auth, 454, "4.7.0 Too many login attempts", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-AUTH-02
    {"auth-535", Stage::auth, 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-01, SMTP-S-07
    {"auth-535", Stage::auth, 534, "5.7.14 Please log in with your web browser and then try again", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-01, SMTP-S-07
    {"auth-530", Stage::auth, 530, "5.7.57 Client not authenticated to send mail", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-05
    {"auth-4xx", Stage::auth, 454, "4.7.0 Cannot authenticate due to temporary system problem", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-AUTH-02
    {"auth-4xx", Stage::auth, 421, "4.7.0 try again", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-AUTH-02
    {"auth-connections", Stage::auth, 432, "4.3.2 Concurrent connections limit exceeded", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-AUTH-03
    {"auth-connections-words", Stage::auth, 432, "Concurrent connections limit exceeded", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-AUTH-03
    {"auth-432", Stage::auth, 432, "4.7.12 A password transition is needed", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-04
    {"auth-530", Stage::auth, 538, "5.7.11 Encryption required", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-05
    {"auth-504", Stage::auth, 504, "5.5.4 Unrecognized mechanism", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-AUTH-06
    {"auth-quota", Stage::auth, 454, "4.7.0 Daily message quota exceeded", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"auth-5xx", Stage::auth, 550, "5.1.1 account gone", deferred, Blame::mailbox, kKeep, Action::stop},

    {"relay-limit", Stage::mail, 450, "4.2.1 Peak SMTP relay limit exceeded", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-MAIL-01
    {"mail-4xx", Stage::mail, 451, "4.4.2 Timeout - closing connection", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-MAIL-01
    {"mail-4xx", Stage::mail, 452, "4.3.1 Insufficient system storage", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-MAIL-01
    {"mail-421", Stage::mail, 421, "4.4.2 too many messages in this session", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-SESSION-04
    {"mail-421-policy", Stage::mail, 421, "4.7.0 suspicious", deferred, Blame::mailbox, kKeep, Action::pause},
    {"mail-432", Stage::mail, 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-SESSION-04
    {"daily-limit", Stage::mail, 550, "5.4.5 Daily user sending limit exceeded", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit", Stage::dot, 552, "5.4.5 Daily sending quota exceeded", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit", Stage::rcpt, 550, "5.7.705 tenant has exceeded threshold", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit-words", Stage::mail, 454, "4.7.0 Daily message quota exceeded", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit-words", Stage::rcpt, 550, "5.7.1 Daily SMTP relay limit exceeded for customer.", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit-words", Stage::dot, 550, "5.7.1 Email quota exceeded.", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit-words", Stage::dot, 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"daily-limit", Stage::dot, 550, "5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"relay-limit", Stage::rcpt, 450, "4.2.1 Peak SMTP relay limit exceeded for customer.", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-MAIL-01
    {"sender-blocked", Stage::dot, 550, "5.1.8 Access denied, bad outbound sender", deferred, Blame::mailbox, kKeep, Action::stop},
    {"storedrv-quota", Stage::mail, 554, "5.2.0 STOREDRV.Submission.Exception; quota", deferred, Blame::mailbox, kKeep, Action::pause_day},  // SMTP-MAIL-02
    {"send-as-denied", Stage::mail, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-MAIL-03
    {"send-as-denied-words", Stage::dot, 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-MAIL-03
    {"mail-553", Stage::mail, 553, "5.1.3 sender rejected", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-MAIL-03
    {"mail-bad-sender", Stage::mail, 550, "5.1.8 sender domain does not exist", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-MAIL-03
    {"mail-size", Stage::mail, 552, "5.3.4 message too big", refused, Blame::message, kKeep, Action::none},  // SMTP-MAIL-04
    {"mail-size", Stage::mail, 552, "message too big", refused, Blame::message, kKeep, Action::none},  // SMTP-MAIL-04
    {"mail-parameter", Stage::mail, 555, "5.5.4 unsupported parameter", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-MAIL-06
    {"login-demanded", Stage::mail, 530, "5.7.0 Must issue a STARTTLS command first", deferred, Blame::mailbox, kKeep, Action::stop},
    {"before-rcpt", Stage::mail, 550, "5.1.1 whatever", deferred, Blame::mailbox, kKeep, Action::pause},

    {"rcpt-greylist", Stage::rcpt, 450, "4.7.1 Greylisted, please try again", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-01, SMTP-SCOPE-03
    {"rcpt-greylist", Stage::rcpt, 451, "4.7.1 Greylisted", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-01, SMTP-SCOPE-03
    {"rcpt-too-fast", Stage::rcpt, 450, "4.2.1 receiving mail too quickly", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-01
    {"rcpt-full-4xx", Stage::rcpt, 452, "4.2.2 mailbox full", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-03
    {"rcpt-4.5.3", Stage::rcpt, 452, "4.5.3 too many recipients", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-03
    {"rcpt-4xx", Stage::rcpt, 450, "", deferred, Blame::recipient, kKeep, Action::none},
    {"rcpt-4xx", Stage::rcpt, 421, "4.3.2 closing", deferred, Blame::recipient, kKeep, Action::none},
    {"late-432", Stage::rcpt, 432, "4.3.2 limit", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-SESSION-04
    {"no-such-address", Stage::rcpt, 550, "5.1.1 No such user", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 550, "5.1.2 bad domain", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 501, "5.1.3 bad syntax", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 551, "5.1.6 moved", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::dot, 550, "5.1.1 no such user after all", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"address-disabled", Stage::rcpt, 550, "5.2.1 account disabled", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"null-mx", Stage::rcpt, 556, "domain does not accept mail", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 556, "5.1.10 null MX", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"recipient-access-denied", Stage::rcpt, 550, "5.4.1 Recipient address rejected: Access denied", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"rcpt-full-5xx", Stage::rcpt, 552, "5.2.2 over quota", refused, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-03
    {"address-disabled", Stage::rcpt, 550, "5.2.1 The email account that you tried to reach is inactive", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"no-such-address", Stage::rcpt, 553, "5.1.2 We weren't able to find the recipient domain", refused, Blame::recipient, kSuppress, Action::none},  // SMTP-RCPT-05
    {"rcpt-policy", Stage::rcpt, 550, "5.7.1 policy", refused, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-06, SMTP-SCOPE-04
    {"rcpt-policy", Stage::rcpt, 554, "5.7.1 Client host blocked using a block list", refused, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-06, SMTP-SCOPE-04
    {"rcpt-5xx", Stage::rcpt, 550, "No such user here", refused, Blame::recipient, kKeep, Action::none},  // SMTP-CODE-01
    {"rcpt-5xx", Stage::rcpt, 550, "5.1.0 other address problem", refused, Blame::recipient, kKeep, Action::none},  // SMTP-CODE-01
    {"relay-denied", Stage::rcpt, 554, "5.7.1 <x@example.com>: Relay access denied", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-RCPT-08
    {"relay-denied", Stage::rcpt, 550, "5.7.1 Unable to relay", deferred, Blame::mailbox, kKeep, Action::stop},  // SMTP-RCPT-08
    {"late-sender", Stage::rcpt, 553, "5.7.1 <me@x>: Sender address rejected: not owned by user", deferred, Blame::mailbox, kKeep, Action::stop},
    {"late-sender-4xx", Stage::rcpt, 450, "4.1.8 <me@x>: Sender address rejected: Domain not found", deferred, Blame::mailbox, kKeep, Action::pause},
    {"bad-sequence", Stage::rcpt, 503, "5.5.1 need MAIL first", deferred, Blame::mailbox, kKeep, Action::pause},
    {"mismatch-rcpt", Stage::rcpt, 550, "4.2.1 contradiction", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-09
    {"mismatch-rcpt-4xx", Stage::rcpt, 450, "5.1.1 contradiction", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-09
    {"mismatch-rcpt", Stage::rcpt, 550, "2.1.5 contradiction", deferred, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-09
    {"mismatch-message", Stage::dot, 554, "4.3.0 contradiction", deferred, Blame::message, kKeep, Action::none},  // SMTP-RCPT-09
    {"mismatch-message-4xx", Stage::dot, 451, "5.1.1 contradiction", deferred, Blame::message, kKeep, Action::none},  // SMTP-RCPT-09

    {"late-432", Stage::dot, 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", deferred, Blame::mailbox, kKeep, Action::slow_down},  // SMTP-SESSION-04
    {"data-4xx", Stage::data, 451, "4.3.0 later", deferred, Blame::message, kKeep, Action::none},  // SMTP-DATA-01
    {"data-503", Stage::data, 503, "5.5.1 no valid recipients", deferred, Blame::message, kKeep, Action::none},  // SMTP-DATA-01
    {"data-5xx", Stage::data, 554, "5.5.1 no", refused, Blame::message, kKeep, Action::none},  // SMTP-DATA-01
    {"dot-4xx", Stage::dot, 451, "4.3.0 later", deferred, Blame::message, kKeep, Action::none},  // SMTP-DOT-02
    {"dot-4xx", Stage::dot, 421, "closing", deferred, Blame::message, kKeep, Action::none},  // SMTP-DOT-02
    {"rate-421-4.7.28", Stage::dot, 421, "4.7.28 unusual rate of mail", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-DOT-02, SMTP-S-06
    {"rate-421-4.7.28", Stage::rcpt, 421, "4.7.28 unusual rate of mail", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-DOT-02, SMTP-S-06
    {"dot-4.7", Stage::dot, 421, "4.7.0 unusual", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-DOT-02, SMTP-S-06
    {"dot-4.7", Stage::body, 450, "4.7.1 early", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-DOT-02, SMTP-S-06
    {"dot-size", Stage::dot, 552, "5.3.4 too big", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-03
    {"dot-size", Stage::dot, 552, "5.2.3 too big", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-03
    {"dot-552", Stage::dot, 552, "too big", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-03
    {"rcpt-full-5xx", Stage::dot, 552, "5.2.2 mailbox full", refused, Blame::recipient, kKeep, Action::none},  // SMTP-RCPT-03
    {"dot-policy", Stage::dot, 550, "5.7.1 spam", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-04
    {"dot-policy", Stage::body, 554, "5.7.1 early spam", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-04
    {"dot-policy", Stage::dot, 552, "5.7.0 This message was blocked because its content presents a potential security issue", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-04
    {"dot-policy", Stage::dot, 550, "5.7.1 Our system has detected that this message is likely unsolicited mail", refused, Blame::message, kKeep, Action::none},  // SMTP-DOT-04
    {"dot-5xx", Stage::dot, 554, "transaction failed", refused, Blame::message, kKeep, Action::none},  // SMTP-CODE-01
    {"dot-2xx", Stage::dot, 250, "2.0.0 queued as 1", delivered, Blame::none, kKeep, Action::none},  // SMTP-DOT-01
    {"dot-nonsense", Stage::dot, 354, "go on", unknown, Blame::none, kKeep, Action::none},
    {"nonsense", Stage::data, 250, "ok", deferred, Blame::message, kKeep, Action::none},

    {"sender-reputation", Stage::dot, 550, "5.7.25 no PTR", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::dot, 550, "5.7.26 unauthenticated", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::rcpt, 550, "5.7.27 SPF", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::dot, 550, "5.7.28 rate", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::data, 550, "5.7.29 no TLS", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::dot, 550, "5.7.30 DKIM", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::rcpt, 550, "5.7.509 DMARC", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::dot, 550, "5.7.515 not authenticated", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
    {"sender-reputation", Stage::mail, 550, "5.7.26 unauthenticated", deferred, Blame::mailbox, kKeep, Action::pause},  // SMTP-SCOPE-02, SMTP-S-06
};

struct BreakRow {
  std::string_view id;
  Kind kind;
  Stage stage;
  Disposition disposition;
  Blame blame;
  Action mailbox;
};

const BreakRow kBreakRows[] = {
    {"dns", Kind::dns, Stage::connect, deferred, Blame::mailbox, Action::pause},  // SMTP-CONNECT-01
    {"no-host", Kind::no_host, Stage::connect, deferred, Blame::mailbox, Action::stop},  // SMTP-CONNECT-02
    {"connect", Kind::connect, Stage::connect, deferred, Blame::mailbox, Action::pause},  // SMTP-CONNECT-01
    {"tls-required", Kind::tls_required, Stage::starttls, deferred, Blame::mailbox, Action::stop},  // SMTP-STARTTLS-01
    {"tls-cert", Kind::tls_cert, Stage::starttls, deferred, Blame::mailbox, Action::stop},  // SMTP-STARTTLS-05
    {"tls-failed", Kind::tls_failed, Stage::starttls, deferred, Blame::mailbox, Action::pause_then_stop},  // SMTP-STARTTLS-07
    {"lost-in-tls", Kind::closed, Stage::starttls, deferred, Blame::mailbox, Action::pause_then_stop},  // SMTP-STARTTLS-07
    {"silence-in-tls", Kind::timeout, Stage::starttls, deferred, Blame::mailbox, Action::pause_then_stop},  // SMTP-STARTTLS-07
    {"garbage-in-tls", Kind::garbage, Stage::starttls, deferred, Blame::mailbox, Action::pause_then_stop},
    {"no-auth", Kind::no_auth, Stage::auth, deferred, Blame::mailbox, Action::stop},  // SMTP-AUTH-06
    {"injection", Kind::injection, Stage::starttls, deferred, Blame::mailbox, Action::pause_then_stop},  // SMTP-STARTTLS-04
    {"server-proof", Kind::server_proof, Stage::auth, deferred, Blame::mailbox, Action::stop},  // SMTP-AUTH-08
    {"no-token", Kind::no_token, Stage::connect, deferred, Blame::mailbox, Action::pause},  // SMTP-AUTH-13
    {"token-refused", Kind::token_refused, Stage::auth, deferred, Blame::mailbox, Action::stop},  // SMTP-AUTH-12
    {"consent", Kind::consent, Stage::auth, deferred, Blame::mailbox, Action::stop},  // SMTP-AUTH-14
    {"port-closed", Kind::port_closed, Stage::connect, deferred, Blame::mailbox, Action::pause_then_stop},  // SMTP-CONNECT-03
    {"too-big", Kind::too_big, Stage::mail, refused, Blame::message, Action::none},  // SMTP-MAIL-05
    {"needs-utf8", Kind::needs_utf8, Stage::mail, refused, Blame::recipient, Action::none},  // SMTP-WIRE-06
    {"stopped", Kind::stopped, Stage::rcpt, deferred, Blame::none, Action::none},
    {"lost-early", Kind::closed, Stage::connect, deferred, Blame::mailbox, Action::pause},  // SMTP-GREETING-03
    {"silence-early", Kind::timeout, Stage::greeting, deferred, Blame::mailbox, Action::pause},  // SMTP-GREETING-03
    {"garbage-early", Kind::garbage, Stage::greeting, deferred, Blame::mailbox, Action::pause},  // SMTP-GREETING-04
    {"silence-early", Kind::timeout, Stage::mail, deferred, Blame::mailbox, Action::pause},  // SMTP-GREETING-03
    {"lost-at-mail", Kind::closed, Stage::mail, deferred, Blame::mailbox, Action::slow_down},
    {"lost-at-rcpt", Kind::closed, Stage::rcpt, deferred, Blame::recipient, Action::none},
    {"silence-at-rcpt", Kind::timeout, Stage::rcpt, deferred, Blame::recipient, Action::none},
    {"garbage-at-rcpt", Kind::garbage, Stage::rcpt, deferred, Blame::recipient, Action::none},
    {"lost-in-body", Kind::closed, Stage::body, deferred, Blame::message, Action::none},  // SMTP-BODY-01
    {"stall-in-body", Kind::timeout, Stage::body, deferred, Blame::message, Action::none},  // SMTP-BODY-03
    {"garbage-in-body", Kind::garbage, Stage::data, deferred, Blame::message, Action::none},
    {"lost-at-dot", Kind::closed, Stage::dot, unknown, Blame::none, Action::none},  // SMTP-DOT-05
    {"silence-at-dot", Kind::timeout, Stage::dot, unknown, Blame::none, Action::none},  // SMTP-DOT-05
    {"garbage-at-dot", Kind::garbage, Stage::dot, unknown, Blame::none, Action::none},  // SMTP-DOT-05
};
// clang-format on

template <class Rules>
std::string_view reason_of(const Rules& rules, std::string_view id) {
  for (const auto& rule : rules) {
    if (rule.id == id) return rule.reason;
  }
  return "there is no such row";
}

TEST(Reply, MeansWhatTheTableSays) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(testing::Message() << row.id << ": " << row.code << ' ' << row.text);
    const Meaning meaning = interpret({Kind::reply, row.stage, make_reply(row.code, row.text), ""});
    EXPECT_EQ(meaning.reason, reason_of(reply_rules(), row.id));
    EXPECT_EQ(meaning.disposition, row.disposition);
    EXPECT_EQ(meaning.blame, row.blame);
    EXPECT_EQ(meaning.suppress, row.suppress);
    EXPECT_EQ(meaning.mailbox, row.mailbox);
  }
}

TEST(Break, MeansWhatTheTableSays) {
  for (const auto& row : kBreakRows) {
    SCOPED_TRACE(row.id);
    const Meaning meaning = interpret({row.kind, row.stage, {}, ""});
    EXPECT_EQ(meaning.reason, reason_of(break_rules(), row.id));
    EXPECT_EQ(meaning.disposition, row.disposition);
    EXPECT_EQ(meaning.blame, row.blame);
    EXPECT_EQ(meaning.mailbox, row.mailbox);
    EXPECT_FALSE(meaning.suppress);
  }
}

TEST(ReplyRules, HaveATestEachAndANameOfTheirOwn) {
  std::set<std::string_view> tested;
  for (const auto& row : kRows) tested.insert(row.id);
  for (const auto& row : kBreakRows) tested.insert(row.id);
  std::set<std::string_view> names;
  for (const auto& rule : reply_rules()) {
    EXPECT_TRUE(names.insert(rule.id).second) << rule.id << " stands twice";
    EXPECT_TRUE(tested.contains(rule.id)) << rule.id << " has no test";
  }
  for (const auto& rule : break_rules()) {
    EXPECT_TRUE(names.insert(rule.id).second) << rule.id << " stands twice";
    EXPECT_TRUE(tested.contains(rule.id)) << rule.id << " has no test";
  }
}

// The promises of the table's head, for every stage and all codes that any row names, and some that none
// does.
TEST(ReplyRules, KeepTheirPromisesForEveryReply) {
  const int codes[] = {100, 220, 250, 354, 399, 400, 421, 432, 450, 451, 452, 454, 499, 500, 501, 502,
                       503, 504, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556, 571, 599};
  const char* enhanced[] = {"",       "2.0.0",  "4.0.0", "4.2.1",  "4.2.2",   "4.3.2", "4.4.2", "4.7.0",
                            "4.7.1",  "4.7.28", "5.0.0", "5.1.0",  "5.1.1",   "5.1.2", "5.1.3", "5.1.6",
                            "5.1.10", "5.2.0",  "5.2.1", "5.2.2",  "5.2.3",   "5.3.4", "5.4.1", "5.4.5",
                            "5.5.1",  "5.7.0",  "5.7.1", "5.7.25", "5.7.515", "5.7.60"};
  for (int s = 0; s <= static_cast<int>(Stage::dot); ++s) {
    const auto stage = static_cast<Stage>(s);
    for (const int code : codes) {
      for (const char* e : enhanced) {
        const Meaning meaning = interpret({Kind::reply, stage, {code, e, ""}, ""});
        SCOPED_TRACE(testing::Message() << to_string(stage) << ' ' << code << ' ' << e);
        ASSERT_FALSE(meaning.reason.empty());
        ASSERT_EQ(meaning.mailbox != Action::none, meaning.blame == Blame::mailbox);
        const bool size = stage == Stage::mail && code == 552;
        if (stage < Stage::rcpt && !size) {
          ASSERT_EQ(meaning.blame, Blame::mailbox);
        }
        if (meaning.blame == Blame::mailbox) {
          ASSERT_EQ(meaning.disposition, deferred);
        }
        if (meaning.disposition == refused || meaning.suppress) {
          ASSERT_EQ(code / 100, 5);
          ASSERT_NE(e[0], '4');
        }
        if (meaning.suppress) {
          ASSERT_EQ(meaning.disposition, refused);
          ASSERT_EQ(meaning.blame, Blame::recipient);
          ASSERT_TRUE(code == 556 || std::set<std::string_view>(
                                         {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1"})
                                         .contains(e));
        }
        if (meaning.disposition == unknown || meaning.disposition == delivered) {
          ASSERT_EQ(stage, Stage::dot);
          ASSERT_LT(code, 400);
        }
      }
    }
  }
}

// SMTP-RCPT-03
TEST(Reply, TellsASoftRefusalFromOthers) {
  const struct {
    Stage stage;
    int code;
    const char* text;
    bool soft;
  } rows[] = {
      {Stage::rcpt, 452, "4.2.2 full", true},    {Stage::rcpt, 452, "4.5.3 too many", true},
      {Stage::rcpt, 552, "5.2.2 full", true},    {Stage::dot, 552, "5.2.2 full", true},
      {Stage::rcpt, 450, "4.7.1 grey", false},   {Stage::rcpt, 450, "4.2.1 too fast", false},
      {Stage::rcpt, 550, "5.1.1 nobody", false}, {Stage::dot, 451, "4.3.0 later", false},
      {Stage::mail, 452, "4.2.2 ours", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(interpret({Kind::reply, row.stage, make_reply(row.code, row.text), ""}).soft, row.soft)
        << row.code << ' ' << row.text;
  }
}

// SMTP-RCPT-02
TEST(Reply, TellsWhichDomainAsksForLess) {
  const auto slows = [](Stage stage, int code, const char* text) {
    return interpret({Kind::reply, stage, make_reply(code, text), ""}).slow_domain;
  };
  EXPECT_TRUE(slows(Stage::rcpt, 450, "4.7.1 Greylisted"));
  EXPECT_TRUE(slows(Stage::rcpt, 451, "4.2.1 receiving mail too quickly"));
  EXPECT_FALSE(slows(Stage::rcpt, 452, "4.2.2 full"));
  EXPECT_FALSE(slows(Stage::rcpt, 550, "5.7.1 policy"));
  EXPECT_FALSE(slows(Stage::mail, 450, "4.2.1 Peak SMTP relay limit exceeded"));
  EXPECT_FALSE(slows(Stage::dot, 451, "4.7.1 distrust"));
}

// SMTP-DOT-05, SMTP-S-05
TEST(Break, AtTheDotIsUnknownAndNowhereElse) {
  for (int s = 0; s <= static_cast<int>(Stage::dot); ++s) {
    for (const Kind kind : {Kind::closed, Kind::timeout, Kind::garbage}) {
      const auto stage = static_cast<Stage>(s);
      EXPECT_EQ(interpret({kind, stage, {}, ""}).disposition, stage == Stage::dot ? unknown : deferred);
    }
  }
}

TEST(Reply, GivesUpItsEnhancedCode) {
  const struct {
    std::string_view given, enhanced, text;
  } rows[] = {
      {"5.1.1 No such user", "5.1.1", "No such user"},
      {"5.7.515  Access denied", "5.7.515", "Access denied"},
      {"4.2.0", "4.2.0", ""},
      {" 2.0.0 OK ", "2.0.0", "OK"},
      {"OK", "", "OK"},
      {"", "", ""},
      {"5.1.1: No such user", "", "5.1.1: No such user"},
      {"5.1 No", "", "5.1 No"},
      {"3.1.1 No", "", "3.1.1 No"},
      {"5.1.1234 No", "", "5.1.1234 No"},
      {"5.1234.1 No", "", "5.1234.1 No"},
      {"5..1 No", "", "5..1 No"},
      {"5.1.1.1 No", "", "5.1.1.1 No"},
      {"5.1.1 a\r\nb", "5.1.1", "a  b"},
  };
  for (const auto& row : rows) {
    const Reply reply = make_reply(550, row.given);
    EXPECT_EQ(reply.enhanced, row.enhanced) << row.given;
    EXPECT_EQ(reply.text, row.text) << row.given;
  }
}

RC_GTEST_PROP(Reply, OfAnyBytesIsAnOrdinaryLine, (const std::string& text)) {
  const Reply reply = make_reply(550, text);
  RC_ASSERT(is_valid_utf8(reply.text));
  RC_ASSERT(reply.text.find_first_of("\r\n") == std::string::npos);
  (void)interpret({Kind::reply, Stage::rcpt, reply, ""});
}

}  // namespace
}  // namespace postrider
