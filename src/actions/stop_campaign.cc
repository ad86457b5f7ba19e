#include "actions/stop_campaign.h"

#include <fmt/format.h>

namespace postrider {

Result<StopAnswer> stop_campaign(ActionContext& context, CampaignId id) {
  auto answer = context.store.stop(id);
  if (answer) {
    context.store.audit(context.who, fmt::format("stopped campaign {}, {} in flight, {} skipped", id.value,
                                                 answer->in_flight, answer->skipped));
  }
  return answer;
}

}  // namespace postrider
