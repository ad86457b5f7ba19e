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

// The store writes it down in the transaction of the decision itself.
Result<void> resolve_uncertain(ActionContext& context, EmailId id, CampaignStore::Resolution resolution) {
  return context.store.resolve_uncertain(id, resolution, context.who);
}

}  // namespace postrider
