#pragma once
// Tries a mail server for `mailbox test`, step by step as sending would: access token, look-up, connect,
// greeting, EHLO, TLS, login, and whether it takes the sender; then RSET and QUIT. On a loop of its own that
// ends with the try. Blocking; thread safe. Nothing is sent.

#include <string>

#include "actions/mail_server_trial.h"
#include "base/clock.h"
#include "mail/session.h"
#include "smtp/session_pool.h"

namespace postrider {

/// Waits `patience` at most for each answer.
MailServerTrial try_mail_server(const MailServer& server, const std::string& sender, const Clock& clock,
                                const SmtpOptions& options, Micros patience = std::chrono::seconds{30});

}  // namespace postrider
