#pragma once
// The doctor's looks, one file each. Inside this room only. A part may throw a Fault:
// doctor.cc makes a finding of it.

#include <string_view>
#include <vector>

#include "actions/context.h"
#include "actions/doctor_surroundings.h"
#include "actions/finding.h"

namespace postrider {

/// Whether PUBLIC_URL leads to this server.
Findings examine_public_url(const DoctorSurroundings& around);
/// The queue elsewhere that rings for us.
Findings examine_alarm_queue(const DoctorSurroundings& around);
Findings examine_database(ActionContext& context, const DoctorSurroundings& around);
Findings examine_mailboxes(ActionContext& context, const std::vector<Mailbox>& mailboxes);
/// `sending`: campaigns that have begun and not ended.
Findings examine_queues(ActionContext& context, const std::vector<QueueView>& queues,
                        const std::vector<Campaign>& sending);
/// `asked_for`: the question was about this one campaign.
Findings examine_campaign(ActionContext& context, const Campaign& campaign, bool asked_for);

Findings examine_google(const ActionContext& context);
/// Of a campaign whose list is from a sheet; asks Google.
Findings examine_sheet(ActionContext& context, const Campaign& campaign);

/// The first command of ours that stands in backticks in a sentence; else `otherwise`.
std::string command_in(std::string_view sentence, std::string_view otherwise);

}  // namespace postrider
