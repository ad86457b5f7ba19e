#pragma once
// Session and Sessions: the seam to mail servers. `delivery` speaks to it; the smtp room
// implements it over sockets, mock mode and tests without any. All calls are made on the loop,
// none blocks, and each finishes within the deadline of its stage (RFC 5321 §4.5.3.2).

#include <cstdint>
#include <expected>
#include <functional>
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

/// Access tokens (OAuth 2.0) that one mailbox logs in with instead of a password. Thread safe.
class AccessTokens {
 public:
  using Done = std::function<void(std::expected<std::string, Trouble>)>;

  virtual ~AccessTokens() = default;
  /// Calls `done` once: at once on this thread, or within half a minute on another. Trouble is of kind
  /// no_token (the token server does not answer now) or consent (a person has to act).
  virtual void token(Done done) = 0;
  /// The mail server refused this token: it is not handed out again.
  virtual void forget(const std::string& token) = 0;
};

/// How to reach and enter the mail server of one mailbox.
struct MailServer {
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::string user;  ///< empty: no AUTH
  std::string
      password;  ///< in clear only here, in memory; with `tokens`: the access token, once there is one
  int max_sessions = 5;
  std::string ca_pem;  ///< further authorities, PEM text; empty: the system's alone
  /// SHA-256 of the certificate's public key (its SubjectPublicKeyInfo), 64 hex digits; empty: none. With
  /// a pin the key alone must match: chain, name and date are not looked at.
  std::string pin;
  std::shared_ptr<AccessTokens> tokens = nullptr;  ///< instead of the password; null: by password
};

/// What a mail server said it takes when a session was last opened to it.
struct ServerOffers {
  std::uint64_t max_size = 0;  ///< octets of one message (RFC 1870); 0: no limit named
  bool smtputf8 = false;       ///< RFC 6531
  bool pipelining = false;     ///< RFC 2920
};

/// A message in two pieces, the second often shared by all emails of a campaign (attachments). Either may
/// be empty; each ends at a line end. The bytes must outlive the call they are given to.
struct MessageView {
  std::string_view head;
  std::string_view tail;

  MessageView() = default;
  MessageView(std::string_view first, std::string_view second) : head(first), tail(second) {}
  MessageView(std::string_view whole) : head(whole) {}    // implicit: a message of one piece is a message
  MessageView(const std::string& whole) : head(whole) {}  // likewise
  MessageView(const char* whole) : head(whole) {}         // likewise

  std::size_t size() const { return head.size() + tail.size(); }
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
  virtual Async<std::optional<Trouble>> send_body(MessageView message) = 0;

  /// The rest of `message`, if send_body was not called, and the final dot: the point of no
  /// return. The reply may be negative. Trouble of kind closed, timeout or garbage at Stage::dot
  /// means nobody knows; at Stage::body the dot was never sent.
  virtual Async<std::expected<Reply, Trouble>> commit(MessageView message) = 0;
};

/// The pool of sessions of one crew. At most `MailServer::max_sessions` are open per mailbox.
class Sessions {
 public:
  virtual ~Sessions() = default;

  /// An idle session of the mailbox, or a new one, greeted, under TLS and logged in.
  virtual Async<std::expected<std::unique_ptr<Session>, Trouble>> open(MailboxId mailbox,
                                                                       const MailServer& server) = 0;

  /// Nothing: no session of this mailbox was opened yet with its present settings. Lets a message that is
  /// too large for the server be refused before anybody dials.
  virtual std::optional<ServerOffers> offers(MailboxId) const { return std::nullopt; }

  /// Hangs up idle sessions and drops what is in flight before its dot: those see Trouble of kind
  /// stopped, as do callers who wait for a session.
  virtual void close_all() = 0;
};

}  // namespace postrider
