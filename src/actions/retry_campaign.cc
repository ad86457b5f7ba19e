#include "actions/retry_campaign.h"

#include <fmt/format.h>

namespace postrider {

Result<std::int64_t> retry_campaign(ActionContext& context, CampaignId id) {
  auto retried = context.store.retry(id);
  if (retried) {
    context.store.audit(context.who, fmt::format("retried {} emails of campaign {}", *retried, id.value));
  }
  return retried;
}

}  // namespace postrider
