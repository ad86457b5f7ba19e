#include "actions/resolve_uncertain.h"

#include <fmt/format.h>

namespace postrider {

Result<CampaignStore::Resolution> parse_resolution(std::string_view text) {
  if (text == "sent") return CampaignStore::Resolution::sent;
  if (text == "failed") return CampaignStore::Resolution::failed;
  if (text == "resend") return CampaignStore::Resolution::resend;
  return invalid("bad_resolution",
                 fmt::format("An uncertain email is resolved as sent, failed or resend, not \"{}\".", text));
}

namespace {

std::string_view past(CampaignStore::Resolution resolution) {
  switch (resolution) {
    case CampaignStore::Resolution::sent:
      return "sent";
    case CampaignStore::Resolution::failed:
      return "failed";
    case CampaignStore::Resolution::resend:
      return "to be sent again";
  }
  return "";
}

}  // namespace

Result<void> resolve_uncertain(ActionContext& context, EmailId id, CampaignStore::Resolution resolution) {
  auto resolved = context.store.resolve_uncertain(id, resolution, context.who);
  if (resolved)
    context.store.audit(context.who, fmt::format("resolved email {} as {}", id.value, past(resolution)));
  return resolved;
}

}  // namespace postrider
