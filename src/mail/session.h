#pragma once
// Session and Sessions: the seam to mail servers. `delivery` speaks to it; the smtp room
// implements it over sockets, mock mode and tests without any. All calls are made on the loop,
// none blocks, and each finishes within the deadline of its stage (RFC 5321 §4.5.3.2).

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/id.h"
#include "mail/address.h"
#include "mail/reply.h"

namespace postrider {

enum class Tls { none, starttls, implicit };

/// How to reach and enter the mail server of one mailbox.
struct MailServer {
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::string user;      ///< empty: no AUTH
  std::string password;  ///< in clear only here, in memory
  int max_sessions = 5;
};

struct Envelope {
  Address from;
  Address to;
  std::size_t size = 0;  ///< octets of the message, for SIZE
  bool needs_smtputf8 = false;
  bool has_8bit = false;
};

/// One delivery in one session. Destroyed before `commit` it hangs up without a final dot, so
/// that nothing was accepted; destroyed after a reply was read, the session is used again.
class Session {
 public:
  virtual ~Session() = default;

  /// MAIL, RCPT and DATA, in one write where the server pipelines. Nothing: the server waits for
  /// the body. Else what stopped it; a refused recipient leaves the session usable.
  virtual Async<std::optional<Trouble>> offer(const Envelope& envelope) = 0;

  /// The message (dot-stuffed here), without the final dot. Optional: commit() sends what is
  /// still missing. Use it to let a large body travel while the gate is asked.
  virtual Async<std::optional<Trouble>> send_body(std::string_view message) = 0;

  /// The rest of `message`, if send_body was not called, and the final dot: the point of no
  /// return. The reply may be negative. Trouble of kind closed, timeout or garbage at Stage::dot
  /// means nobody knows; at Stage::body the dot was never sent.
  virtual Async<std::expected<Reply, Trouble>> commit(std::string_view message) = 0;
};

/// The pool of sessions of one crew. At most `MailServer::max_sessions` are open per mailbox.
class Sessions {
 public:
  virtual ~Sessions() = default;

  /// An idle session of the mailbox, or a new one, greeted, under TLS and logged in.
  virtual Async<std::expected<std::unique_ptr<Session>, Trouble>> open(MailboxId mailbox,
                                                                       const MailServer& server) = 0;

  /// Hangs up idle sessions and drops what is in flight before its dot: those see Trouble of kind
  /// stopped, as do callers who wait for a session.
  virtual void close_all() = 0;
};

}  // namespace postrider
