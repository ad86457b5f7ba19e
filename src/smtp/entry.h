#pragma once
// Entry: from nothing to a session that may send: dial, greeting, EHLO, STARTTLS, EHLO again,
// AUTH (RFC 5321 §3.1, RFC 3207, RFC 4954). Nothing is sent ahead of its answer here: a server
// may drop who pipelines before it let them in. Loop only.

#include <optional>
#include <string>

#include "smtp/entry_step.h"
#include "smtp/line.h"
#include "smtp/salted_password.h"

namespace postrider {

struct EntryOptions {
  std::string our_name;  ///< for EHLO; empty: our address as a literal
  Deadlines deadlines;
  EntryObserver observe;  ///< may be empty
};

/// This host's full name for EHLO, empty when it has none: only a name with a dot says anything to a
/// stranger (RFC 5321 §4.1.4).
std::string full_host_name();

/// Nothing: `line` may send. Its connection must be new and `server` outlive the call;
/// `tls` may be null when the server's settings do without.
Async<std::optional<Trouble>> enter(Line& line, const MailServer& server, boost::asio::ssl::context* tls,
                                    SaltedKeys& keys, const EntryOptions& options);

}  // namespace postrider
