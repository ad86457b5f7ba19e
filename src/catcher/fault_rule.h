#pragma once
// Fault rules: what the catcher does wrong whoever the mail is for, by count and by stage; the
// faults of single addresses are scripted_fault.h's. Written as one line, `[WHEN:] STAGE ACTION`:
//
//   WHEN    session N | session N-M | every N sessions | mail N | mail N-M | every N mails
//           (left out: always; counted from 1 since the catcher began, mails by their MAIL command)
//   STAGE   connect | greeting | ehlo | starttls | auth | mail | rcpt | data | body | dot
//   ACTION  CODE TEXT   this reply instead of the usual one; after a 421 the line is closed
//           close       the line is closed without a reply
//           delay N     the usual reply, N milliseconds later (at most a minute)
//           silence     no reply ever, and nothing more is read
//           garbage     a line that is no SMTP reply
//           extra       starttls only: more bytes behind the 220, before the handshake
//
//   mail 3: dot 421 4.7.0 Try again later      every 5 mails: rcpt 451 4.7.1 Greylisted
//   session 1-2: greeting silence              starttls 454 4.7.0 TLS not available
//
// At connect nothing can be said yet, so it knows close, delay and silence only. At body the fault
// happens when the message's first bytes are in, which may be all of a short one and its dot. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/reply.h"

namespace postrider {

struct FaultRule {
  enum class Count { always, session, mail };
  enum class Action { reply, close, delay, silence, garbage, extra };

  Count count = Count::always;
  std::int64_t first = 1, last = 1;  ///< inclusive
  std::int64_t every = 0;            ///< if not 0: every so many, whatever first and last say
  Stage stage = Stage::dot;
  Action action = Action::close;
  std::string reply;     ///< of reply: "421 4.7.0 Try again later"
  int milliseconds = 0;  ///< of delay
};

Result<FaultRule> parse_fault_rule(std::string_view text);

/// The first rule for this stage of this session and mail; nullptr where all goes well.
const FaultRule* find_fault(const std::vector<FaultRule>& rules, Stage stage, std::int64_t session,
                            std::int64_t mail);

}  // namespace postrider
