#include "actions/email_tasks.h"

#include <fmt/format.h>

namespace postrider {

Result<void> hasten_email(ActionContext& context, EmailId id) {
  auto hastened = context.store.hasten_email(id);
  if (hastened) context.store.audit(context.who, fmt::format("asked for email {} now", id.value));
  return hastened;
}

Result<void> skip_email(ActionContext& context, EmailId id) {
  const auto campaign = context.store.skip_email(id, fmt::format("skipped by {}", context.who));
  if (!campaign) return std::unexpected(campaign.error());
  context.store.audit(context.who, fmt::format("skipped email {} of campaign {}", id.value, campaign->value));
  return {};
}

}  // namespace postrider
