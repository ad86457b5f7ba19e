#pragma once
// The pre-flight: everything that keeps a campaign from being sent, all at once. Starting uses
// it, creating and showing report it. It reads what the import learnt about the columns, so its
// cost does not grow with the list.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "actions/context.h"
#include "actions/problem.h"
#include "campaign/campaign.h"
#include "campaign/letter.h"

namespace postrider {

struct CampaignCheck {
  std::vector<Problem> problems;      ///< each of them blocks
  std::vector<std::string> warnings;  ///< these do not
  /// Columns the message needs and that are empty in some rows: those rows become `skipped` when
  /// the campaign skips unresolved ones.
  std::vector<std::size_t> required;
  /// Its content, compiled without attachments; null when there is a fault in it, or no list yet.
  std::shared_ptr<const Letter> letter;
};

CampaignCheck check_campaign(ActionContext& context, const Campaign& campaign);

}  // namespace postrider
