#pragma once
// The Message-ID of an email, for people who look for it in a mailbox's sent mail or a server's log.
// It is not stored: campaign, recipient and the domain the email was sent as make it again.

#include "actions/context.h"

namespace postrider {

/// Sets `message_id` where an attempt of the email reached its dot; leaves it empty elsewhere.
void fill_message_id(const ActionContext& context, CampaignId campaign, EmailView& email);

}  // namespace postrider
