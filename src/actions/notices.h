#pragma once
// Notices: what a person should know of a campaign though its mail goes on, such as a sheet that cannot be
// written to.

#include <string>
#include <vector>

#include "actions/context.h"

namespace postrider {

struct Notice {
  std::string code;     ///< stable, for programs: "sheet_no_access"
  std::string message;  ///< what is the matter, and what to do
  WallTime since{};
};

std::vector<Notice> notices_of(ActionContext& context, CampaignId id);

}  // namespace postrider
