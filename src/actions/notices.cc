#include "actions/notices.h"

#include <fmt/format.h>

namespace postrider {

std::vector<Notice> notices_of(ActionContext& context, CampaignId id) {
  const auto link = context.sheet_store.find(id);
  if (!link || link->trouble_code.empty()) return {};
  const auto* after = link->active ? "It is tried again by itself." : "It is not tried any more.";
  return {{.code = link->trouble_code,
           .message = fmt::format("The sheet does not show all statuses: {} {}", link->trouble, after),
           .since = link->trouble_since.value_or(WallTime{})}};
}

}  // namespace postrider
