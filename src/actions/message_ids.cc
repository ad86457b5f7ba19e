#include "actions/message_ids.h"

#include "mail/message.h"

namespace postrider {

void fill_message_id(const ActionContext& context, CampaignId campaign, EmailView& email) {
  if (email.sent_as.empty()) return;
  email.message_id = make_message_id(context.secrets.subkey("message-id"), campaign.value,
                                     email.recipient.value, kMessageGeneration, email.sent_as);
}

}  // namespace postrider
