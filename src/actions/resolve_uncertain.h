#pragma once
// A person says what became of an uncertain email, for nobody else can know: it was sent, it
// failed, or it is to be sent once more (with the same Message-ID).

#include <string_view>

#include "actions/context.h"

namespace postrider {

/// "sent", "failed" or "resend".
Result<CampaignStore::Resolution> parse_resolution(std::string_view text);

Result<void> resolve_uncertain(ActionContext& context, EmailId id, CampaignStore::Resolution resolution);

}  // namespace postrider
