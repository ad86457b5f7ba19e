#pragma once
// What an alert says: a subject and a text, with the command to type next, and the same as facts for
// programs. Inside this room only.

#include <string>

#include "actions/context.h"
#include "store/alert_store.h"

namespace postrider {

struct AlertMessage {
  std::string subject, text;
  std::string sentence;            ///< what the text begins with: what happened, when and why
  std::string cause;               ///< "campaign_completed"; stable
  CampaignId campaign;             ///< the one it is about, or
  std::vector<MailboxId> through;  ///< the campaign's mailboxes, tried first
  MailboxId never_through;         ///< the mailbox it is about
  std::string name;                ///< of the campaign or mailbox
};

/// An error when what it is about is gone.
Result<AlertMessage> alert_message(ActionContext& context, const Alert& alert);
AlertMessage storage_message(const std::string& file, const std::string& trouble);

}  // namespace postrider
