#include "actions/duplicate_campaign.h"

#include <fmt/format.h>

#include "actions/campaign_settings.h"

namespace postrider {

Result<CampaignId> duplicate_campaign(ActionContext& context, CampaignId id, std::string_view only,
                                      std::string_view name) {
  if (only != "all" && only != "unsent" && only != "failed") {
    return invalid("bad_selection", fmt::format("Duplicate takes all, unsent or failed, not \"{}\".", only));
  }
  auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  CampaignChange change;
  change.name = name.empty() ? campaign->name + " (copy)" : std::string(name);
  const auto problems = merge_campaign(context, change, *campaign);
  if (!problems.empty()) {
    return std::unexpected(join_problems(Error::Kind::invalid, "invalid_campaign",
                                         "The campaign was not duplicated for", problems));
  }
  auto copy = context.store.duplicate(id, only, campaign->name);
  if (copy) {
    if (auto link = context.sheet_store.find(id)) {  // its people stand in the same sheet
      link->campaign = *copy;
      context.sheet_store.link(*link);
    }
    context.store.audit(context.who,
                        fmt::format("duplicated campaign {} ({}) as {}", id.value, only, copy->value));
  }
  return copy;
}

}  // namespace postrider
