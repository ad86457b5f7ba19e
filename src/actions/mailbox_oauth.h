#pragma once
// What a person changes of a mailbox's login by OAuth 2.0. Secrets are sealed here at once.

#include "actions/mailboxes.h"

namespace postrider {

/// True when the change says anything of OAuth.
bool changes_oauth(const MailboxChange& change);

/// Puts what the change says of OAuth into the mailbox, whose host is settled already. The error says what is
/// missing, never a secret.
Result<void> merge_oauth(ActionContext& context, const MailboxChange& change, Mailbox& mailbox);

}  // namespace postrider
