#pragma once
// Tries a mail server for `mailbox test`: connects, greets, encrypts, logs in and leaves, on a loop
// of its own that ends with the try. Blocking; thread safe. Nothing is sent.

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "mail/session.h"
#include "smtp/session_pool.h"

namespace postrider {

/// What was reached, or which step failed and how. Waits `patience` at most for each answer.
Result<std::string> try_mail_server(const MailServer& server, const Clock& clock, SmtpOptions options,
                                    Micros patience = std::chrono::seconds{30});

}  // namespace postrider
