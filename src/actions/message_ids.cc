#include "actions/message_ids.h"

#include "mail/message.h"

namespace postrider {

void MessageIds::fill(CampaignId campaign, EmailView& email) const {
  if (email.sent_as.empty()) return;
  email.message_id =
      make_message_id(key_, campaign.value, email.recipient.value, kMessageGeneration, email.sent_as);
}

}  // namespace postrider
