#pragma once
// Removes a campaign with its recipients, emails, tasks and attempts. Not while it sends.

#include "actions/context.h"

namespace postrider {

Result<void> delete_campaign(ActionContext& context, CampaignId id);

}  // namespace postrider
