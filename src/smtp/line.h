#pragma once
// Line: a connection that was greeted and let in, with what the server offered and how often it
// was used. LineKeeper is who gets it back: the pool. Loop only.

#include <expected>
#include <memory>
#include <optional>

#include "base/async.h"
#include "base/id.h"
#include "mail/reply.h"
#include "mail/session.h"
#include "smtp/capabilities.h"
#include "smtp/connection.h"

namespace postrider {

/// How long the server may take, stage by stage (RFC 5321 §4.5.3.2, and 30 s to connect).
struct Deadlines {
  Micros connect = std::chrono::seconds{30};  ///< for each address
  Micros greeting = std::chrono::minutes{5};
  Micros command = std::chrono::minutes{5};  ///< EHLO, STARTTLS and its handshake, AUTH, MAIL, RCPT, RSET
  Micros data = std::chrono::minutes{2};
  Micros block = std::chrono::minutes{3};  ///< for each block of the body
  Micros dot = std::chrono::minutes{10};
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
};

class LineKeeper {
 public:
  virtual ~LineKeeper() = default;
  virtual const Deadlines& deadlines() const = 0;
  /// In good order, for the next delivery.
  virtual void take_back(std::unique_ptr<Line> line) = 0;
  /// Hangs up.
  virtual void drop(std::unique_ptr<Line> line) = 0;
  /// Hangs up and opens a fresh one in its place.
  virtual Async<std::expected<std::unique_ptr<Line>, Trouble>> replace(std::unique_ptr<Line> line) = 0;
};

/// The last reply as trouble. A reply that is neither wanted nor a refusal is garbage.
Trouble refused(Stage stage, const Connection& connection);
/// Why there is no reply.
Trouble broke(Stage stage, const Connection& connection);

}  // namespace postrider
