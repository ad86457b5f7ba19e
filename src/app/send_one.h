#pragma once
// Sends one message for `campaign test`, on a loop of its own that ends with it, beside whatever the
// server's crew does. Blocking; thread safe. One session more than the mailbox's limit may be open for
// that moment.

#include <expected>

#include "base/clock.h"
#include "mail/session.h"
#include "smtp/session_pool.h"

namespace postrider {

/// The server's reply to the final dot, positive or not, or what stopped it before or at that. Waits
/// `patience` at most for each of the first answers.
std::expected<Reply, Trouble> send_one(const MailServer& server, const Envelope& envelope,
                                       MessageView message, const Clock& clock, SmtpOptions options,
                                       Micros patience = std::chrono::seconds{30});

}  // namespace postrider
