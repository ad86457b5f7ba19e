#include "actions/message_ids.h"

namespace postrider {

void MessageIds::fill(CampaignId campaign, EmailView& email) const {
  if (email.sent_as.empty()) return;
  email.message_id =
      key_.message_id(campaign.value, email.recipient.value, kMessageGeneration, email.sent_as);
}

}  // namespace postrider
