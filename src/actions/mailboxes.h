#pragma once
// What a person does with mailboxes: add, update, remove, test, resume. Passwords come in clear,
// are sealed here at once, and never leave again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// What is not set stays as it is (a new mailbox: as its default; the port by the kind of TLS).
struct MailboxChange {
  std::optional<std::string> from, from_name, host, user, password;
  std::optional<std::uint16_t> port;
  std::optional<Tls> tls;
  std::optional<int> cap_24h, per_minute, sessions;
};

Result<Mailbox> add_mailbox(ActionContext& context, std::string_view name, const MailboxChange& settings);
Result<Mailbox> update_mailbox(ActionContext& context, std::string_view name, const MailboxChange& change);
Result<void> remove_mailbox(ActionContext& context, std::string_view name);

/// A person has mended it: ends a pause or stop at once.
Result<Mailbox> resume_mailbox(ActionContext& context, std::string_view name);

/// Connects, greets, logs in and leaves, without sending anything. Says what was reached.
Result<std::string> test_mailbox(ActionContext& context, std::string_view name);

}  // namespace postrider
