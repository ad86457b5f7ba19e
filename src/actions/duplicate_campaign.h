#pragma once
// A new draft with the settings of an old campaign and all or some of its recipients.

#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// `only` is "all", "unsent" (neither sent nor uncertain) or "failed". Without a name it is called
/// "… (copy)".
Result<CampaignId> duplicate_campaign(ActionContext& context, CampaignId id, std::string_view only,
                                      std::string_view name);

}  // namespace postrider
