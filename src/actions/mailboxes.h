#pragma once
// What a person does with mailboxes: add, update, remove, test, resume. Passwords and the
// secrets of OAuth come in clear, are sealed here at once, and never leave again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// What is not set stays as it is (a new mailbox: as its preset has it, else as its default; the port by
/// the kind of TLS).
struct MailboxChange {
  std::optional<std::string> from, from_name, host, user, password;
  std::optional<std::uint16_t> port;
  std::optional<Tls> tls;
  std::optional<int> cap_24h, per_minute, sessions;
  std::optional<std::string> ca_pem;  ///< PEM; empty: none any more
  std::optional<std::string> pin;     ///< hex, in either case, colons allowed; "none": none any more
  std::optional<std::string> postal_address, footer, unsubscribe_address;  ///< empty: none any more
  std::optional<std::string> quota_clock;                                  ///< see quota_clock.h
  /// A login by OAuth instead of a password; the client id "none" or empty: by password again.
  std::optional<std::string> oauth_client_id, oauth_client_secret, oauth_refresh_token;
  std::optional<std::string> oauth_token_uri, oauth_scope;  ///< not set: as the provider's preset has them
  std::optional<std::string> oauth_tenant;                  ///< of the provider's token URI
  std::optional<std::string> preset, region;                ///< of a new mailbox only, see mailbox_preset.h
};

Result<Mailbox> add_mailbox(ActionContext& context, std::string_view name, MailboxChange settings);
/// What is changed of its OAuth ends a pause or stop: a person has mended its login.
Result<Mailbox> update_mailbox(ActionContext& context, std::string_view name, const MailboxChange& change);
Result<void> remove_mailbox(ActionContext& context, std::string_view name);

/// A person has mended it: ends a pause or stop at once.
Result<Mailbox> resume_mailbox(ActionContext& context, std::string_view name);

struct MailboxTrial {
  Mailbox mailbox;
  MailServerTrial server;
  std::string advice;  ///< where it failed: what to do
};

/// Connects, greets, logs in, names the sender and leaves; nothing is sent. What the server says of its
/// largest message is kept with the mailbox. A mock mailbox has no steps.
Result<MailboxTrial> test_mailbox(ActionContext& context, std::string_view name);

}  // namespace postrider
