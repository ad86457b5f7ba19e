#pragma once
// Reply: what a mail server said, and what that means. The protocol code (smtp room) only
// reports which stage it was at and what it heard; this table alone says what it means for the
// email and whose fault it is; queue/verdict.h alone decides what to do. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/outcome.h"
#include "base/time.h"

namespace postrider {

/// Where a session is. The order is the order on the wire.
enum class Stage { connect, greeting, ehlo, starttls, auth, mail, rcpt, data, body, dot };
std::string_view to_string(Stage stage);

struct Reply {
  int code = 0;          ///< 200..599
  std::string enhanced;  ///< "5.1.1" (RFC 3463), empty when the server gave none
  std::string text;      ///< the server's words, lines joined by one space, without the codes
  bool positive() const { return code >= 200 && code < 400; }
};

/// What stopped an attempt: a reply, or something that is no reply at all.
struct Trouble {
  enum class Kind {
    reply,          ///< the server answered no; `reply` holds it
    dns,            ///< temporary look-up failure
    no_host,        ///< the configured host does not exist
    connect,        ///< unreachable, timed out
    port_closed,    ///< the host is there and refuses the connection
    closed,         ///< the line was lost
    timeout,        ///< no answer within the stage's time
    garbage,        ///< an answer that is not SMTP
    tls_required,   ///< TLS wanted and not offered
    tls_cert,       ///< expired, wrong name, unknown authority
    tls_failed,     ///< handshake broke
    no_auth,        ///< none of our mechanisms is offered
    server_proof,   ///< by SCRAM the server did not prove that it knows the password
    no_token,       ///< the token server does not hand out an access token now
    token_refused,  ///< the mail server refused an access token; a fresh one may do
    consent,        ///< no token will do until a person consents anew
    injection,      ///< bytes before the TLS handshake
    too_big,        ///< larger than the server's SIZE
    needs_utf8,     ///< address needs SMTPUTF8, not offered
    stopped         ///< we ended it ourselves, before its dot: nobody's fault, nothing was accepted
  };
  Kind kind = Kind::reply;
  Stage stage = Stage::connect;
  Reply reply;       ///< code 0 unless kind is reply; the enhanced code also of what we refuse ourselves
  std::string text;  ///< for people: what happened, in words
};

/// How the reason begins where only a person's new consent (OAuth 2.0) helps; a stopped mailbox is told by
/// it.
inline constexpr std::string_view consent_needed = "The account must consent to sending anew (reconsent).";

/// What the mailbox must do when the blame is its own.
enum class MailboxAction {
  none,
  slow_down,        ///< the server wants fewer sessions (421, 432)
  pause,            ///< stop for a while, then probe
  pause_then_stop,  ///< pause, but when it goes on a person must look
  pause_day,        ///< the day's quota is used up: until the quota's next day
  stop              ///< until a person acts: wrong password, certificate, configuration
};

struct Meaning {
  Disposition disposition = Disposition::deferred;
  Blame blame = Blame::mailbox;
  bool suppress = false;     ///< the address is dead: never mail it again
  bool soft = false;         ///< the address takes nothing now, and perhaps never again: a full mailbox
  bool slow_domain = false;  ///< the recipient's domain asks for less
  MailboxAction mailbox = MailboxAction::none;
  std::string reason;  ///< one sentence a person understands
};

/// A refusal or break anywhere before or at the final dot. `kind == closed|timeout|garbage` at
/// Stage::dot is Disposition::unknown; anywhere earlier nothing was accepted.
Meaning interpret(const Trouble& trouble);

/// Splits a leading enhanced code off a reply's text ("5.1.1 No such user" -> "5.1.1", …), makes the
/// rest one printable line of at most 1,000 octets.
Reply make_reply(int code, std::string_view text);

}  // namespace postrider
