#include "actions/pause_campaign.h"

#include <fmt/format.h>

namespace postrider {

Result<void> pause_campaign(ActionContext& context, CampaignId id) {
  auto paused = context.store.pause(id, fmt::format("paused by {}", context.who));
  if (paused) context.store.audit(context.who, fmt::format("paused campaign {}", id.value));
  return paused;
}

Result<void> resume_campaign(ActionContext& context, CampaignId id) {
  auto resumed = context.store.resume(id);
  if (resumed) context.store.audit(context.who, fmt::format("resumed campaign {}", id.value));
  return resumed;
}

}  // namespace postrider
