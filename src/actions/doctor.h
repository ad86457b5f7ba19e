#pragma once
// The doctor: looks at everything that can keep mail from leaving, and names for each cause what shows
// it and what to type next. Nothing is changed and nothing is sent. Every look has a bound: mailboxes are
// tried side by side and so many at most, the database is read for a second at most.

#include <optional>

#include "actions/context.h"
#include "actions/doctor_surroundings.h"
#include "actions/finding.h"
#include "base/id.h"

namespace postrider {

/// Settings, place, key, address and the opening of the database: all that is seen without it. Pure.
Findings examine_surroundings(const DoctorSurroundings& around);

/// The same, and all that is in the database; faults first. With a campaign: that one, its queue and its
/// mailboxes; an error when there is none of this id.
Result<Findings> examine(ActionContext& context, const DoctorSurroundings& around,
                         std::optional<CampaignId> campaign);

/// Faults, then warnings, then the rest; else as they were found.
void order_by_severity(Findings& findings);

}  // namespace postrider
