#pragma once
// Stops a campaign for good. After the answer no further email passes its gate; the answer says
// how many were already past it, and those end in their true state.

#include "actions/context.h"

namespace postrider {

Result<StopAnswer> stop_campaign(ActionContext& context, CampaignId id);

}  // namespace postrider
