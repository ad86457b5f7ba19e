#include "mail/reply_rules.h"

#include <array>

namespace postrider {
namespace {

using enum Disposition;
using enum Blame;
using Action = MailboxAction;

constexpr Stages operator|(Stage a, Stage b) {
  return at(a) | at(b);
}
constexpr Stages operator|(Stages a, Stage b) {
  return static_cast<Stages>(a | at(b));
}

constexpr Stages kAnywhere = 0xFFFF;
constexpr Stages kEntry = Stage::connect | Stage::greeting | Stage::ehlo | Stage::starttls | Stage::auth;
constexpr Stages kBeforeRcpt = kEntry | Stage::mail;
constexpr Stages kFromMail = Stage::mail | Stage::rcpt | Stage::data | Stage::body | Stage::dot;
constexpr Stages kFromRcpt = Stage::rcpt | Stage::data | Stage::body | Stage::dot;
constexpr Stages kContent = Stage::body | Stage::dot;  // a reply before the dot is the dot's

// clang-format off
constexpr std::array kReplyRules{
    // Entering: all of it is the mailbox's.
    ReplyRule{"greeting-5xx", at(Stage::greeting), "5xx", "", "", deferred, mailbox, false, Action::pause_then_stop, "The mail server turned us away at its greeting."},
    ReplyRule{"greeting-connections", Stage::connect | Stage::greeting, "4xx", "", "too many connections|concurrent|connection limit", deferred, mailbox, false, Action::slow_down, "The mail server wants fewer connections at a time."},
    ReplyRule{"greeting-4xx", Stage::connect | Stage::greeting, "", "", "", deferred, mailbox, false, Action::pause, "The mail server is not ready to talk to us now."},
    ReplyRule{"ehlo-refused", at(Stage::ehlo), "500 502 504", "", "", deferred, mailbox, false, Action::stop, "The mail server does not know EHLO, which TLS and login need."},
    ReplyRule{"starttls-454", at(Stage::starttls), "4xx", "", "", deferred, mailbox, false, Action::pause, "The mail server cannot start TLS now."},
    ReplyRule{"starttls-5xx", at(Stage::starttls), "5xx", "", "", deferred, mailbox, false, Action::stop, "The mail server refuses TLS, and nothing is sent without it."},
    ReplyRule{"auth-connections", at(Stage::auth), "432", "4.3.2", "", deferred, mailbox, false, Action::slow_down, "The mail server wants fewer connections at a time."},
    ReplyRule{"auth-connections-words", at(Stage::auth), "432", "", "concurrent connection", deferred, mailbox, false, Action::slow_down, "The mail server wants fewer connections at a time."},
    ReplyRule{"auth-432", at(Stage::auth), "432", "", "", deferred, mailbox, false, Action::stop, "The mail server wants the account's password changed."},
    ReplyRule{"auth-quota", at(Stage::auth), "454", "", "daily message quota|daily quota", deferred, mailbox, false, Action::pause_day, "The mailbox has used up its quota for the day."},
    ReplyRule{"auth-4xx", at(Stage::auth), "4xx", "", "", deferred, mailbox, false, Action::pause, "The mail server does not let us log in now."},
    ReplyRule{"auth-535", at(Stage::auth), "534 535", "", "", deferred, mailbox, false, Action::stop, "The mail server refused the user name or password."},
    ReplyRule{"auth-530", at(Stage::auth), "530 538", "", "", deferred, mailbox, false, Action::stop, "The mail server demands other login settings (TLS, or another way to log in)."},
    ReplyRule{"auth-504", at(Stage::auth), "504", "", "", deferred, mailbox, false, Action::stop, "The mail server takes none of our ways to log in."},
    ReplyRule{"auth-5xx", at(Stage::auth), "5xx", "", "", deferred, mailbox, false, Action::stop, "The mail server refused the login."},

    // The sender's reputation, quota and rights: the mailbox's wherever they come up.
    ReplyRule{"sender-reputation", kAnywhere, "", "5.7.25 5.7.26 5.7.27 5.7.28 5.7.29 5.7.30 5.7.509 5.7.515", "", deferred, mailbox, false, Action::pause, "The receiving side does not accept mail from this sender or server (SPF, DKIM, DMARC, reverse DNS, TLS or rate)."},
    ReplyRule{"daily-limit", kFromMail, "", "5.4.5 5.7.705 5.1.90", "", deferred, mailbox, false, Action::pause_day, "The mailbox has used up its quota for the day."},
    ReplyRule{"daily-limit-words", kFromMail, "4xx 550 552 554", "", "daily message quota|daily user sending|daily sending|daily smtp relay|email quota exceeded|storedrv.submission.exception:submissionquota", deferred, mailbox, false, Action::pause_day, "The mailbox has used up its quota for the day."},
    ReplyRule{"relay-limit", kFromMail, "4xx 5xx", "", "relay limit exceeded", deferred, mailbox, false, Action::pause, "The mail server takes no more from this mailbox for now."},
    ReplyRule{"sender-blocked", kFromMail, "5xx", "5.1.8", "bad outbound sender", deferred, mailbox, false, Action::stop, "The provider has blocked this account from sending: its administrator must lift that."},
    ReplyRule{"send-as-denied", kFromMail, "5xx", "5.7.60 5.2.252", "", deferred, mailbox, false, Action::stop, "The account may not send as this From address."},
    ReplyRule{"send-as-denied-words", kFromMail, "5xx", "", "sendasdenied", deferred, mailbox, false, Action::stop, "The account may not send as this From address."},
    ReplyRule{"storedrv-quota", kFromMail, "554", "5.2.0", "storedrv|quota", deferred, mailbox, false, Action::pause_day, "The mailbox has used up its quota for the day."},
    ReplyRule{"login-demanded", kFromMail, "530 538", "", "", deferred, mailbox, false, Action::stop, "The mail server demands a login or TLS before it takes mail."},

    // MAIL: our own address, still the mailbox's, but for the size of the message.
    ReplyRule{"mail-size", at(Stage::mail), "552", "5.3.4 -", "", refused, message, false, Action::none, "The message is larger than the mail server takes."},
    ReplyRule{"mail-553", at(Stage::mail), "553", "", "", deferred, mailbox, false, Action::stop, "The mail server does not take mail from this From address."},
    ReplyRule{"mail-bad-sender", at(Stage::mail), "5xx", "5.1.7 5.1.8", "", deferred, mailbox, false, Action::stop, "The mail server does not take mail from this From address."},
    ReplyRule{"mail-421-policy", at(Stage::mail), "421", "4.7.x", "", deferred, mailbox, false, Action::pause, "The mail server takes no mail from this mailbox for now."},
    ReplyRule{"mail-421", at(Stage::mail), "421", "", "", deferred, mailbox, false, Action::slow_down, "The mail server closed the session; it wants fewer of them."},
    ReplyRule{"mail-432", at(Stage::mail), "432", "", "", deferred, mailbox, false, Action::slow_down, "The mail server wants fewer connections at a time."},
    ReplyRule{"mail-4xx", at(Stage::mail), "4xx", "", "", deferred, mailbox, false, Action::pause, "The mail server takes no mail from this mailbox for now."},
    ReplyRule{"mail-parameter", at(Stage::mail), "555 504", "", "", deferred, mailbox, false, Action::pause, "The mail server does not understand how we name the sender."},
    ReplyRule{"before-rcpt", kBeforeRcpt, "", "", "", deferred, mailbox, false, Action::pause, "The mail server refused to work with this mailbox."},

    // RCPT and after: mostly this address or this message. First, what still is the mailbox's;
    // servers that check late say so only here.
    ReplyRule{"relay-denied", at(Stage::rcpt), "5xx", "", "relay access denied|relay denied|relaying denied|relaying not|unable to relay|not permitted to relay|relay not permitted", deferred, mailbox, false, Action::stop, "The mail server does not deliver to others for this mailbox: check server, port and login."},
    ReplyRule{"late-sender", at(Stage::rcpt), "5xx", "", "sender address rejected", deferred, mailbox, false, Action::stop, "The mail server does not take mail from this From address."},
    ReplyRule{"late-sender-4xx", at(Stage::rcpt), "4xx", "", "sender address rejected", deferred, mailbox, false, Action::pause, "The mail server does not take mail from this From address for now."},
    ReplyRule{"bad-sequence", at(Stage::rcpt), "503", "", "", deferred, mailbox, false, Action::pause, "The mail server lost its place in the conversation."},
    ReplyRule{"rate-421-4.7.28", kFromRcpt, "4xx", "4.7.28", "", deferred, mailbox, false, Action::pause, "The receiving side sees too much mail from this sender."},
    ReplyRule{"late-432", kFromRcpt, "432", "", "", deferred, mailbox, false, Action::slow_down, "The mail server wants fewer connections at a time."},
    ReplyRule{"dot-4.7", kContent, "4xx", "4.7.x", "", deferred, mailbox, false, Action::pause, "The receiving side distrusts this sender for now."},

    // Code and enhanced code disagree: one of them is wrong, so nothing final follows from it.
    ReplyRule{"mismatch-rcpt", at(Stage::rcpt), "5xx", "4.x.x 2.x.x", "", deferred, recipient, false, Action::none, "The mail server contradicts itself about this address; it is tried again."},
    ReplyRule{"mismatch-rcpt-4xx", at(Stage::rcpt), "4xx", "5.x.x 2.x.x", "", deferred, recipient, false, Action::none, "The mail server contradicts itself about this address; it is tried again."},
    ReplyRule{"mismatch-message", kFromRcpt, "5xx", "4.x.x 2.x.x", "", deferred, message, false, Action::none, "The mail server contradicts itself about this message; it is tried again."},
    ReplyRule{"mismatch-message-4xx", kFromRcpt, "4xx", "5.x.x 2.x.x", "", deferred, message, false, Action::none, "The mail server contradicts itself about this message; it is tried again."},

    // The address is dead. Some servers find out only when they have the message.
    ReplyRule{"no-such-address", kFromRcpt, "5xx", "5.1.1 5.1.2 5.1.3 5.1.6 5.1.10", "", refused, recipient, true, Action::none, "This address does not exist."},
    ReplyRule{"address-disabled", kFromRcpt, "5xx", "5.2.1", "", refused, recipient, true, Action::none, "This address is switched off."},
    ReplyRule{"null-mx", kFromRcpt, "556", "", "", refused, recipient, true, Action::none, "The domain of this address takes no mail."},
    ReplyRule{"recipient-access-denied", at(Stage::rcpt), "550", "5.4.1", "", refused, recipient, true, Action::none, "The domain of this address does not know it."},

    // RCPT, the rest.
    ReplyRule{"rcpt-greylist", at(Stage::rcpt), "4xx", "4.7.1", "", deferred, recipient, false, Action::none, "The mail server asks to try this address again later.", false, true},
    ReplyRule{"rcpt-too-fast", at(Stage::rcpt), "4xx", "4.2.1", "", deferred, recipient, false, Action::none, "This address gets more mail than it takes right now.", false, true},
    ReplyRule{"rcpt-full-4xx", at(Stage::rcpt), "4xx", "4.2.2", "", deferred, recipient, false, Action::none, "The recipient's mailbox is full.", true},
    ReplyRule{"rcpt-4.5.3", at(Stage::rcpt), "4xx", "4.5.3", "", deferred, recipient, false, Action::none, "The mail server takes no more for this address just now.", true},
    ReplyRule{"rcpt-4xx", at(Stage::rcpt), "4xx", "", "", deferred, recipient, false, Action::none, "The mail server does not take mail for this address now."},
    ReplyRule{"rcpt-full-5xx", kFromRcpt, "5xx", "5.2.2", "", refused, recipient, false, Action::none, "The recipient's mailbox is full.", true},
    ReplyRule{"rcpt-policy", at(Stage::rcpt), "5xx", "5.7.x", "", refused, recipient, false, Action::none, "The receiving side refused this email by its policy."},
    ReplyRule{"rcpt-5xx", at(Stage::rcpt), "5xx", "", "", refused, recipient, false, Action::none, "The mail server refused this address."},

    // DATA, body and dot, the rest.
    ReplyRule{"data-4xx", at(Stage::data), "4xx", "", "", deferred, message, false, Action::none, "The mail server does not take the message now."},
    ReplyRule{"data-503", at(Stage::data), "503", "", "", deferred, message, false, Action::none, "The mail server lost its place in the conversation."},
    ReplyRule{"data-5xx", at(Stage::data), "5xx", "", "", refused, message, false, Action::none, "The mail server refused the message."},
    ReplyRule{"dot-4xx", kContent, "4xx", "", "", deferred, message, false, Action::none, "The mail server did not accept the message for now."},
    ReplyRule{"dot-size", kContent, "5xx", "5.3.4 5.2.3", "", refused, message, false, Action::none, "The message is larger than the mail server takes."},
    ReplyRule{"dot-552", kContent, "552", "-", "", refused, message, false, Action::none, "The message is larger than the mail server takes."},
    ReplyRule{"dot-policy", kContent, "5xx", "5.7.x", "", refused, message, false, Action::none, "The receiving side refused this message for its content or by its policy."},
    ReplyRule{"dot-5xx", kContent, "5xx", "", "", refused, message, false, Action::none, "The mail server refused the message."},

    // Not a refusal at all.
    ReplyRule{"dot-2xx", at(Stage::dot), "2xx", "", "", delivered, none, false, Action::none, "The mail server accepted the message."},
    ReplyRule{"dot-nonsense", at(Stage::dot), "", "", "", unknown, none, false, Action::none, "The answer to the final dot made no sense, so nobody knows whether the message was accepted."},
    ReplyRule{"nonsense", kFromRcpt, "", "", "", deferred, message, false, Action::none, "The mail server's answer made no sense; nothing was accepted."},
};

constexpr std::array kBreakRules{
    BreakRule{"dns", Trouble::Kind::dns, kAnywhere, deferred, mailbox, Action::pause, "The mail server's name could not be looked up just now."},
    BreakRule{"no-host", Trouble::Kind::no_host, kAnywhere, deferred, mailbox, Action::stop, "There is no mail server of that name: check the mailbox's settings."},
    BreakRule{"connect", Trouble::Kind::connect, kAnywhere, deferred, mailbox, Action::pause, "The mail server could not be reached."},
    BreakRule{"port-closed", Trouble::Kind::port_closed, kAnywhere, deferred, mailbox, Action::pause_then_stop, "The mail server refuses connections at this port."},
    BreakRule{"tls-required", Trouble::Kind::tls_required, kAnywhere, deferred, mailbox, Action::stop, "The mail server offers no TLS, and nothing is sent without it."},
    BreakRule{"tls-cert", Trouble::Kind::tls_cert, kAnywhere, deferred, mailbox, Action::stop, "The mail server's certificate is not to be trusted (expired, of another name, or of an unknown authority)."},
    BreakRule{"tls-failed", Trouble::Kind::tls_failed, kAnywhere, deferred, mailbox, Action::pause_then_stop, "The TLS handshake with the mail server failed."},
    BreakRule{"no-auth", Trouble::Kind::no_auth, kAnywhere, deferred, mailbox, Action::stop, "The mail server takes none of our ways to log in."},
    BreakRule{"server-proof", Trouble::Kind::server_proof, kAnywhere, deferred, mailbox, Action::stop, "The mail server could not prove that it knows this account's password: it may not be the server it seems to be."},
    BreakRule{"no-token", Trouble::Kind::no_token, kAnywhere, deferred, mailbox, Action::pause, "No access token (OAuth) can be had now to log in with."},
    BreakRule{"token-refused", Trouble::Kind::token_refused, kAnywhere, deferred, mailbox, Action::stop, consent_needed},
    BreakRule{"consent", Trouble::Kind::consent, kAnywhere, deferred, mailbox, Action::stop, consent_needed},
    BreakRule{"injection", Trouble::Kind::injection, kAnywhere, deferred, mailbox, Action::pause_then_stop, "Somebody put words in before TLS began; the session was dropped."},
    BreakRule{"too-big", Trouble::Kind::too_big, kAnywhere, refused, message, Action::none, "The message is larger than the mail server takes."},
    BreakRule{"needs-utf8", Trouble::Kind::needs_utf8, kAnywhere, refused, recipient, Action::none, "This address has international characters before its \"@\", and the mail server does not take such addresses."},

    BreakRule{"stopped", Trouble::Kind::stopped, kAnywhere, deferred, none, Action::none, "Sending was stopped before the message was accepted."},

    BreakRule{"lost-at-dot", Trouble::Kind::closed, at(Stage::dot), unknown, none, Action::none, "The line broke between the end of the message and its answer, so nobody knows whether it was accepted."},
    BreakRule{"silence-at-dot", Trouble::Kind::timeout, at(Stage::dot), unknown, none, Action::none, "The mail server never answered the end of the message, so nobody knows whether it was accepted."},
    BreakRule{"garbage-at-dot", Trouble::Kind::garbage, at(Stage::dot), unknown, none, Action::none, "The answer to the end of the message made no sense, so nobody knows whether it was accepted."},

    // After RCPT went out, the email itself may be what breaks the line: it pays a try, so that one
    // bad email cannot hold up its mailbox for ever. Nothing was accepted: trying again is safe.
    BreakRule{"lost-at-rcpt", Trouble::Kind::closed, at(Stage::rcpt), deferred, recipient, Action::none, "The line broke before the recipient was accepted."},
    BreakRule{"silence-at-rcpt", Trouble::Kind::timeout, at(Stage::rcpt), deferred, recipient, Action::none, "The mail server did not answer in time about this address."},
    BreakRule{"garbage-at-rcpt", Trouble::Kind::garbage, at(Stage::rcpt), deferred, recipient, Action::none, "The mail server's answer about this address made no sense."},
    BreakRule{"lost-in-body", Trouble::Kind::closed, Stage::data | Stage::body, deferred, message, Action::none, "The line broke before the message was complete; nothing was accepted."},
    BreakRule{"stall-in-body", Trouble::Kind::timeout, Stage::data | Stage::body, deferred, message, Action::none, "The mail server stopped taking the message before it was complete; nothing was accepted."},
    BreakRule{"garbage-in-body", Trouble::Kind::garbage, Stage::data | Stage::body, deferred, message, Action::none, "The mail server's answer made no sense; nothing was accepted."},

    BreakRule{"lost-in-tls", Trouble::Kind::closed, at(Stage::starttls), deferred, mailbox, Action::pause_then_stop, "The line broke while TLS was being set up."},
    BreakRule{"silence-in-tls", Trouble::Kind::timeout, at(Stage::starttls), deferred, mailbox, Action::pause_then_stop, "The mail server did not answer in time while TLS was being set up."},
    BreakRule{"garbage-in-tls", Trouble::Kind::garbage, at(Stage::starttls), deferred, mailbox, Action::pause_then_stop, "The server does not speak SMTP as it should."},
    BreakRule{"lost-at-mail", Trouble::Kind::closed, at(Stage::mail), deferred, mailbox, Action::slow_down, "The mail server hung up before it took an email."},
    BreakRule{"lost-early", Trouble::Kind::closed, kAnywhere, deferred, mailbox, Action::pause, "The mail server hung up."},
    BreakRule{"silence-early", Trouble::Kind::timeout, kAnywhere, deferred, mailbox, Action::pause, "The mail server did not answer in time."},
    BreakRule{"garbage-early", Trouble::Kind::garbage, kAnywhere, deferred, mailbox, Action::pause, "The server does not speak SMTP as it should."},
};
// clang-format on

}  // namespace

std::span<const ReplyRule> reply_rules() {
  return kReplyRules;
}
std::span<const BreakRule> break_rules() {
  return kBreakRules;
}

}  // namespace postrider
