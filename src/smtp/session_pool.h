#pragma once
// The pool of SMTP sessions of one crew, over real sockets: implements the seam mail/session.h.
// Idle sessions are kept per mailbox and used again without RSET; at most `max_sessions` are open
// per mailbox and further callers of open() wait in line; fewer where the server has shown that it wants
// fewer (session_limit.h), and who is turned away for that while others work waits for one of theirs. Where a
// server pipelines, whoever waits longest goes on behind a delivery that is about to send its body: its
// envelope leaves in the same write, unless the server has shown that it does not know this. Each session is
// recycled after a number of mails, at an age, or after some minutes of idleness. A session whose server hung
// up meanwhile is replaced at its first command without anybody noticing. Loop only.

#include <memory>
#include <string>

#include "mail/session.h"
#include "smtp/entry_step.h"
#include "smtp/line.h"

namespace boost::asio {
class io_context;
}

namespace postrider {

struct SmtpOptions {
  std::string our_name;  ///< for EHLO; empty: the host's full name, or our address as a literal
  std::string ca_file;   ///< PEM; trusted beside the system's authorities
  int mails_per_session = 1000;
  Micros idle_limit = std::chrono::minutes{5};
  Micros age_limit = std::chrono::hours{1};          ///< older sessions are not used again
  Micros watchdog = std::chrono::milliseconds{500};  ///< how often deadlines are looked at
  Deadlines deadlines;
  EntryObserver observe;  ///< told each step into a server; may be empty
};

/// Throws Fault when the authorities' file cannot be read. `loop` and `clock` must outlive it.
/// After close_all() the loop runs out of work once what is past its dot got its reply; waiting
/// callers of open() get Trouble of kind stopped. It may be used again afterwards.
std::unique_ptr<Sessions> make_smtp_sessions(boost::asio::io_context& loop, const Clock& clock,
                                             SmtpOptions options = {});

}  // namespace postrider
