#include "actions/update_campaign.h"

#include <fmt/format.h>

namespace postrider {

Result<CampaignCheck> update_campaign(ActionContext& context, CampaignId id, const CampaignChange& change) {
  auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  const auto problems = merge_campaign(context, change, *campaign);
  if (!problems.empty()) {
    return std::unexpected(join_problems(Error::Kind::invalid, "invalid_campaign",
                                         "The campaign was not changed for", problems));
  }
  campaign->updated = context.clock.wall_now();
  const auto updated = context.store.update_campaign(
      *campaign, change.attachments ? &*change.attachments : nullptr, change.start);
  if (!updated) return std::unexpected(updated.error());
  const bool moved = change.start && campaign->status == CampaignStatus::scheduled;
  context.store.audit(context.who,
                      fmt::format("changed campaign {}{}", id.value,
                                  moved ? ", which starts at " + format_rfc3339(*change.start) : ""));
  campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  return check_campaign(context, *campaign);
}

}  // namespace postrider
