#pragma once
// Mailbox: an account we send from, with its server, limits and pace. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "mail/session.h"

namespace postrider {

enum class MailboxStatus {
  active,
  paused,  ///< for a while, by a fault of its own; probes at `paused_until`
  stopped  ///< until a person acts
};

/// How a mailbox logs in by OAuth 2.0 instead of a password: by what somebody consented to once.
struct MailboxOAuth {
  std::string client_id;
  std::string client_secret_sealed;  ///< empty: the client has none
  std::string refresh_token_sealed;  ///< renewed by itself where the token server hands out new ones
  std::string token_uri;
  std::string scope;          ///< asked for at each refresh; empty: the one consented to
  std::int64_t revision = 0;  ///< another one whenever a person changes any of this
};

struct Mailbox {
  MailboxId id;
  std::string name;       ///< unique, [A-Za-z0-9._-]{1,64}
  std::string from;       ///< the address in From and in the envelope
  std::string from_name;  ///< may be empty
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::string user;                   ///< empty: no AUTH
  std::string password_sealed;        ///< sealed by the installation's key; never shown
  std::optional<MailboxOAuth> oauth;  ///< then there is no password
  int cap_24h = 50;                   ///< in any 24 hours; 0: no cap
  int per_minute = 0;                 ///< 0: no limit
  int sessions = 5;                   ///< 1..200 at a time
  std::string ca_pem;                 ///< authorities trusted beside the system's, PEM; empty: none
  std::string pin;                    ///< SHA-256 of the server certificate's public key, hex; empty: none
  std::string postal_address;         ///< of the sender, for the footer; empty: none
  std::string footer;                 ///< how to unsubscribe, see campaign/footer.h; empty: none
  std::string unsubscribe_address;    ///< where mails that unsubscribe go; empty: From
  std::string quota_clock;            ///< when the provider's day begins, see quota_clock.h; empty: rolling
  std::int64_t size_limit = 0;        ///< largest message the server takes; 0: not known, or it named none
  bool from_environment = false;      ///< defined by SMTP_*; not changeable here
  bool mock = false;                  ///< MOCK_EMAIL_SENDING: no socket is ever opened

  MailboxStatus status = MailboxStatus::active;
  std::string why;  ///< of a pause or stop, for people
  std::optional<WallTime> paused_until;
  int faults_in_a_row = 0;
  WallTime next_slot{};  ///< pace: no email before this
  WallTime created{};
};

std::string_view to_string(MailboxStatus status);
std::string_view to_string(Tls tls);
std::optional<Tls> parse_tls(std::string_view text);

/// Stopped until somebody consents anew (OAuth): no token that can be had serves any more.
bool needs_consent(const Mailbox& mailbox);

/// All that is wrong with the settings, in one error.
Result<void> validate(const Mailbox& mailbox);

}  // namespace postrider
