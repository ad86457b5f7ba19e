#pragma once
// Starts a campaign, now or at a given time, whatever its size: checks, then one small
// transaction. The emails' due times and tasks are the planner's work, done in the background.

#include <optional>
#include <string>
#include <vector>

#include "actions/context.h"
#include "actions/problem.h"

namespace postrider {

struct StartOptions {
  std::optional<WallTime> at;    ///< nothing: now
  bool skip_unresolved = false;  ///< leave recipients out whose fields are empty
  bool no_write_back = false;    ///< what becomes of the emails is not written to the sheet of the list
  std::string test_to;           ///< "catcher" or the tester's address: test mode; empty: as it is
};

/// Not started when there are problems: these are all of them.
struct StartAnswer {
  std::vector<Problem> problems;
  std::vector<std::string> warnings;
  bool started() const { return problems.empty(); }
};

Result<StartAnswer> start_campaign(ActionContext& context, CampaignId id, const StartOptions& options);

}  // namespace postrider
