#pragma once
// From a mailbox to how its mail server is entered: secrets opened, the source of its access tokens at hand.
// Thread safe as `tokens_of` is.

#include <functional>
#include <memory>

#include "base/secret_box.h"
#include "campaign/mailbox.h"
#include "mail/session.h"

namespace postrider {

/// Where a mailbox with OAuth gets its access tokens: the same source for the same mailbox and revision. Any
/// thread; no I/O. An error when its secrets cannot be opened.
using TokensOf = std::function<Result<std::shared_ptr<AccessTokens>>(const Mailbox&)>;

/// An error when the mailbox's secrets cannot be opened.
Result<MailServer> mail_server_of(const Mailbox& mailbox, const SecretBox& secrets,
                                  const TokensOf& tokens_of);

}  // namespace postrider
