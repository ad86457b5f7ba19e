#pragma once
// The account of a campaign: one CSV row per recipient with state, times, tries and the server's
// words, then the list's own columns. Streamed page by page, so that its memory does not grow with
// the list, and written to be read back as a list.

#include <cstdint>
#include <ostream>

#include "actions/context.h"

namespace postrider {

/// How many rows were written. An error when `out` takes no more (disk full).
Result<std::int64_t> export_campaign(ActionContext& context, CampaignId id, std::ostream& out);

}  // namespace postrider
