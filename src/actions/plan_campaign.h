#pragma once
// The dry run: when the emails of a campaign would leave if it were started now (or at a given
// time), without storing anything. It uses the planner's own arithmetic and the same seed, so the
// gaps are the true ones; what differs is named in `notes`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actions/context.h"

namespace postrider {

struct PlanOptions {
  std::optional<WallTime> at;  ///< nothing: now, or its scheduled time
  int first = 0;               ///< how many of the first due times to list
};

struct PlannedDay {
  std::string date;  ///< "2026-11-24", in the zone of the window, else UTC
  std::int64_t emails = 0;
};

struct PlannedEmail {
  std::int64_t number = 0;  ///< 1 is the next to be sent
  std::string mailbox;
  WallTime due;
};

struct PlanAnswer {
  std::int64_t emails = 0;
  std::string zone;                     ///< of the days
  std::optional<WallTime> first, last;  ///< none when there is nothing to send
  std::vector<PlannedDay> days;
  std::vector<PlannedEmail> first_emails;
  /// Emails that would be due after 2036, where the time zones' tables end: a sign of a cap or
  /// pace that does not fit the list.
  std::int64_t beyond = 0;
  std::vector<std::string> notes;
};

Result<PlanAnswer> plan_campaign(ActionContext& context, CampaignId id, const PlanOptions& options);

}  // namespace postrider
