#pragma once
// Pauses a campaign and lets it go on. Emails past their gate end in their true state; the others
// keep their place. Resuming after a purge makes new tasks for exactly the emails without one.

#include "actions/context.h"

namespace postrider {

Result<void> pause_campaign(ActionContext& context, CampaignId id);
Result<void> resume_campaign(ActionContext& context, CampaignId id);

}  // namespace postrider
