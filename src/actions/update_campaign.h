#pragma once
// Changes a draft or scheduled campaign. The change is merged into what is stored and the whole
// is judged first; a campaign that broke the rules would otherwise stay broken.

#include "actions/campaign_settings.h"
#include "actions/check_campaign.h"
#include "actions/context.h"

namespace postrider {

/// What the campaign is worth after the change.
Result<CampaignCheck> update_campaign(ActionContext& context, CampaignId id, const CampaignChange& change);

}  // namespace postrider
