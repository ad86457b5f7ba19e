#pragma once
// Whether a campaign's recipients can leave, and learn who writes to them: what a newsletter must hold and
// a personal campaign should (docs/unsubscribe.md).

#include <string>
#include <vector>

#include "actions/check_campaign.h"
#include "actions/context.h"

namespace postrider {

/// Of a newsletter, what blocks it; of any other nothing.
void add_unsubscribe_problems(ActionContext& context, const Campaign& campaign, CampaignCheck& check);

/// What is worth a look. `letter`: null when the content has a fault.
std::vector<std::string> check_unsubscribe(ActionContext& context, const Campaign& campaign,
                                           const Letter* letter);

}  // namespace postrider
