#pragma once
// `campaign check`: everything that can be known before a campaign goes, all at once: what blocks
// (the same that keeps a start from succeeding) and what is only worth a look. Reads each row of the
// list, up to a bound; sends and changes nothing.

#include <optional>
#include <string>
#include <vector>

#include "actions/check_campaign.h"
#include "actions/check_rows.h"
#include "actions/context.h"

namespace postrider {

struct FullCheck {
  std::vector<Problem> problems;      ///< each of them blocks
  std::vector<std::string> warnings;  ///< these do not
  std::vector<RowFinding> by_row;     ///< emails that cannot be written, by what is wrong
  std::int64_t recipients = 0;
  std::int64_t checked = 0;  ///< rows looked at: all of them, or the first kMostRowsChecked
  std::size_t largest = 0;   ///< bytes of the largest email, as it leaves
  std::int64_t largest_row = 0;
  std::optional<WallTime> first_due, last_due;  ///< if it were started now; last none: beyond 2036
};

Result<FullCheck> check_in_full(ActionContext& context, CampaignId id);

}  // namespace postrider
