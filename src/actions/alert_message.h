#pragma once
// What an alert says: a subject and a text, with the command to type next. Inside this room only.

#include <string>

#include "actions/context.h"
#include "store/alert_store.h"

namespace postrider {

struct AlertMessage {
  std::string subject, text;
  std::vector<MailboxId> through;  ///< the campaign's mailboxes, tried first
  MailboxId never_through;         ///< the mailbox it is about
};

/// An error when what it is about is gone.
Result<AlertMessage> alert_message(ActionContext& context, const Alert& alert);
AlertMessage storage_message(const std::string& file, const std::string& trouble);

}  // namespace postrider
