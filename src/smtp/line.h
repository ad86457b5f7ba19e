#pragma once
// Line: a connection that was greeted and let in, with what the server offered and how often it
// was used. LineKeeper is who gets it back: the pool. Loop only.

#include <coroutine>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/id.h"
#include "mail/reply.h"
#include "mail/session.h"
#include "smtp/capabilities.h"
#include "smtp/connection.h"

namespace postrider {

/// How long the server may take, stage by stage (RFC 5321 §4.5.3.2, and 30 s to connect), and overall, so
/// that a server that answers each command at the last moment does not hold a session for hours.
struct Deadlines {
  Micros connect = std::chrono::seconds{30};  ///< for each address
  Micros greeting = std::chrono::minutes{5};
  Micros command = std::chrono::minutes{5};  ///< EHLO, STARTTLS and its handshake, AUTH, MAIL, RCPT, RSET
  Micros data = std::chrono::minutes{2};
  Micros block = std::chrono::minutes{3};  ///< for each block of the body
  Micros dot = std::chrono::minutes{10};
  Micros entry = std::chrono::minutes{15};     ///< from the dial until we are let in
  Micros envelope = std::chrono::minutes{15};  ///< MAIL to the answer to DATA
  std::size_t body_octets_a_second = 500;      ///< slower than this, beyond one `block`, is too slow
};

struct Line {
  std::shared_ptr<Connection> connection;
  Capabilities offers;
  MailboxId mailbox;
  unsigned settings = 0;     ///< the pool's count of the settings it was opened with
  int mails = 0;             ///< transactions that reached their end
  bool was_idle = false;     ///< the server may have hung up meanwhile
  bool needs_reset = false;  ///< a transaction was begun and given up
  bool bare_mail = false;    ///< the server chokes on MAIL parameters it offered
  BootTime idle_since{};
  BootTime opened{};
  unsigned closings = 0;  ///< the pool's count of close_all() when it was opened
};

/// Seat: the place of one delivery behind another on the same line. The one in front (the leader)
/// sends the envelope of the one behind (the follower) in the write that ends with its own dot, and
/// hands the line over with its reply: one round trip for each email instead of two. Shared by both;
/// either may go away first.
struct Seat {
  Capabilities offers;  ///< of the line
  bool bare_mail = false;
  std::string envelope;             ///< said by the follower before the leader writes; empty: nothing to send
  bool abandoned = false;           ///< the follower went away
  std::coroutine_handle<> waiting;  ///< the follower, until it is called
  std::unique_ptr<Line> line;       ///< handed over
  bool lost = false;                ///< the line broke, or the envelope never left: nothing was accepted
};

class LineKeeper {
 public:
  virtual ~LineKeeper() = default;
  virtual const Deadlines& deadlines() const = 0;
  /// In good order, for the next delivery.
  virtual void take_back(std::unique_ptr<Line> line) = 0;
  /// Hangs up.
  virtual void drop(std::unique_ptr<Line> line) = 0;
  /// The delivery that has waited longest for a line of this mailbox gets a seat behind the caller's
  /// and runs until it has said its envelope; nullptr where nobody waits or the line is not to be
  /// shared (no PIPELINING, RFC 2920; other settings; its share of mails is used up).
  virtual std::shared_ptr<Seat> invite(const Line& line) = 0;
  /// Calls the seat's follower when the leader, which runs now, has come to rest: its reply is asked to be
  /// recorded before the follower asks for its gate, and nothing of other lines comes between the two, so
  /// that they travel to the disk together.
  virtual void call(std::shared_ptr<Seat> seat) = 0;
  /// This mailbox's server does not take envelopes behind a dot: nobody is invited any more, until the
  /// mailbox's settings change.
  virtual void share_no_more(MailboxId mailbox) = 0;
  /// The server wants fewer sessions of this mailbox, or mail more slowly: half of them are let go.
  virtual void slow_down(MailboxId mailbox) = 0;
  /// Hangs up and opens a fresh one in its place. Trouble of kind stopped when the pool was closed since
  /// the line was opened.
  virtual Async<std::expected<std::unique_ptr<Line>, Trouble>> replace(std::unique_ptr<Line> line) = 0;
};

/// Whether sessions opened for one may serve the other; their number aside.
bool same_settings(const MailServer& a, const MailServer& b);

/// The last reply as trouble. A reply that is neither wanted nor a refusal is garbage.
Trouble refused(Stage stage, const Connection& connection);
/// Why there is no reply.
Trouble broke(Stage stage, const Connection& connection);

}  // namespace postrider
