#pragma once
// Sends the failed emails of an ended campaign again. Only those: bounced addresses are dead, and
// nobody knows about uncertain ones until a person has resolved them.

#include "actions/context.h"

namespace postrider {

/// How many go out again.
Result<std::int64_t> retry_campaign(ActionContext& context, CampaignId id);

}  // namespace postrider
