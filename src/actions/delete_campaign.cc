#include "actions/delete_campaign.h"

#include <fmt/format.h>

namespace postrider {

Result<void> delete_campaign(ActionContext& context, CampaignId id) {
  auto deleted = context.store.delete_campaign(id);
  if (deleted) context.store.audit(context.who, fmt::format("deleted campaign {}", id.value));
  return deleted;
}

}  // namespace postrider
