#pragma once
// Starts a campaign, now or at a given time, whatever its size: checks, then one small
// transaction. The emails' due times and tasks are the planner's work, done in the background.
// Who says nothing of the time gets the draft's own start, if it has one that is to come.

#include <optional>
#include <string>
#include <vector>

#include "actions/context.h"
#include "actions/problem.h"

namespace postrider {

/// A start that is over no longer than this means now: clocks differ, and asking takes a moment.
inline constexpr Micros kStartTolerance = std::chrono::minutes{1};

/// What is wrong with a start at that time; nothing: it is to come, or means now.
std::optional<Problem> check_start_time(WallTime at, WallTime now);

struct StartOptions {
  std::optional<WallTime> at;    ///< nothing: the draft's own start if it is to come, else now
  bool now = false;              ///< now, whatever the draft says
  bool skip_unresolved = false;  ///< leave recipients out whose fields are empty
  bool no_write_back = false;    ///< what becomes of the emails is not written to the sheet of the list
  std::string test_to;           ///< "catcher" or the tester's address: test mode; empty: as it is
};

/// Not started when there are problems: these are all of them.
struct StartAnswer {
  std::optional<WallTime> at;  ///< when it starts; nothing: it has
  std::vector<Problem> problems;
  std::vector<std::string> warnings;
  bool started() const { return problems.empty(); }
};

/// A conflict when it waits for its draft's start already and nothing else is said of the time: a second,
/// equal call starts nothing earlier.
Result<StartAnswer> start_campaign(ActionContext& context, CampaignId id, const StartOptions& options);

}  // namespace postrider
