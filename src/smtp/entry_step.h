#pragma once
// EntryStep: what one step on the way into a mail server brought, told as it happens, for people who
// try a mailbox. Only words and facts; what went wrong comes as Trouble as ever. Plain values.

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "mail/reply.h"

namespace postrider {

/// The other end of a TLS line, trusted or not.
struct TlsPeer {
  std::string protocol;  ///< "TLSv1.3"; empty when the handshake did not get that far
  std::string cipher;
  std::string subject;  ///< of the certificate, on one line
  std::string issuer;
  std::string names;  ///< those it is good for, comma separated
  WallTime not_before{}, not_after{};
  std::string pin;  ///< see MailServer::pin
};

struct EntryStep {
  Stage stage = Stage::connect;
  std::string words;            ///< what was reached: "connected to 192.0.2.1", the server's greeting …
  std::optional<TlsPeer> peer;  ///< at Stage::starttls, also when the certificate was refused
  std::optional<Reply> reply;   ///< the server's own words, where there are any
};

/// Called on the loop, after each step that succeeded, and with the peer of a handshake that failed for its
/// certificate. Must not call back into the pool.
using EntryObserver = std::function<void(const EntryStep&)>;

}  // namespace postrider
