#pragma once
// Writes the emails of a list, row by row, without sending any, and says what is wrong with which
// rows. Bounded: a longer list is looked at only so far, and the answer says how far.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actions/check_campaign.h"
#include "actions/context.h"
#include "campaign/letter.h"

namespace postrider {

inline constexpr std::int64_t kMostRowsChecked = 50'000;

struct RowFinding {
  std::string code;
  std::string message;
  std::int64_t count = 0;
  std::vector<std::int64_t> rows;  ///< of the source; the first 20
};

struct RowCheck {
  std::int64_t checked = 0;           ///< rows looked at, from the first
  std::vector<RowFinding> findings;   ///< by what is wrong, in order of their first rows; at most 50
  std::optional<MessageParts> first;  ///< the first email that could be written
  std::optional<MessageParts> largest;
  std::int64_t largest_row = 0;
  std::size_t longest_subject = 0;  ///< characters
  std::int64_t longest_subject_row = 0;
};

RowCheck check_rows(ActionContext& context, const Campaign& campaign, const Letter& letter,
                    std::int64_t most);

/// "rows 3, 4 and 7 more".
std::string name_rows(const RowFinding& finding);

/// What blocks goes into the problems, what the campaign skips into the warnings. Empty cells that
/// check_campaign has counted already are not said again.
void add_row_problems(const Campaign& campaign, const RowCheck& rows, CampaignCheck& check);

}  // namespace postrider
