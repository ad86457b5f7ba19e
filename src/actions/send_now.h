#pragma once
// Sends one message outside any campaign, now, through a mailbox: tests and alerts. The caller has taken
// the mailbox's slot.

#include <string>

#include "actions/context.h"
#include "mail/message.h"

namespace postrider {

/// The server's positive reply. Codes of errors: refused, uncertain (it was handed over and no answer came),
/// not_sent.
Result<Reply> send_now(ActionContext& context, const Mailbox& mailbox, const MessageParts& parts,
                       const ComposedMessage& message);

/// "250 2.0.0 queued".
std::string words_of(const Reply& reply);

}  // namespace postrider
