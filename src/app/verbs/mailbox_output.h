#pragma once
// How the mailbox verbs answer: one mailbox, the presets, and what a test brought, for people and as
// JSON.

#include <boost/json.hpp>
#include <string>

#include "actions/mailboxes.h"
#include "app/verbs/output.h"

namespace postrider {

/// "paused, mock: The server is away. (until 2026-11-24T09:00:00Z)"
std::string show_status(const Mailbox& mailbox);

void show_mailbox(const Mailbox& mailbox, std::int64_t sent_last_24h, Output& output);
void show_presets(Output& output);

/// The text of a --tls-ca file: at least one certificate, and all of them readable.
Result<void> check_authorities(const std::string& pem);

/// Prints each step. The error says which one failed and what to do about it.
Result<int> show_trial(const MailboxTrial& trial, Output& output);

}  // namespace postrider
