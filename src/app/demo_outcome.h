#pragma once
// The demo's outcome, told to people: a count by state, every recipient that got nothing with the
// server's words, and every row of the list that became no recipient with the reason.

#include <ostream>
#include <string>

#include "store/campaign_store.h"

namespace postrider {

struct DemoOutcome {
  std::int64_t rows = 0;  ///< of the list, as counted below
  std::int64_t sent = 0;
  bool accounted = false;  ///< nothing is pending and rows = recipients + rejected
};

/// `rejects`: the file of rejected rows; it need not exist.
DemoOutcome tell_outcome(CampaignStore& store, CampaignId id, const std::string& rejects, int columns,
                         std::ostream& out);

}  // namespace postrider
