// campaign: the group; its verbs stand in campaign_{edit,check,run,read,emails}_verb*.cc.

#include "app/verbs/noun_groups.h"

namespace postrider {

void add_campaign_verbs(VerbTable& table) {
  auto* campaign = table.group("campaign", "Messages sent to lists");
  add_campaign_edit_verbs(table, campaign);
  add_campaign_check_verbs(table, campaign);
  add_campaign_run_verbs(table, campaign);
  add_campaign_read_verbs(table, campaign);
}

}  // namespace postrider
