#pragma once
// Sends one real message of a campaign to a tester, now, through the campaign's mailbox: marked in its
// subject, with a Message-ID of its own. It changes no status and no count of the campaign. It takes a
// slot of the mailbox's cap, for the provider counts it too, but keeps to no pace or window. With or
// without a running server; blocking until the server has answered.

#include <string>

#include "actions/context.h"

namespace postrider {

struct CampaignTest {
  std::string to;  ///< the tester's address
  std::string as;  ///< written for this recipient: a number or an address; empty: the first
};

struct CampaignTestAnswer {
  std::string to;
  std::string written_for;  ///< the recipient's address
  std::string mailbox;
  std::string message_id;
  Reply reply;  ///< the server's, positive
};

/// Refused (conflict): a suppressed tester; one who is a recipient of the campaign, unless it is the one
/// named by `as`, or the mailbox's own From; a mailbox that is paused, stopped or has used its cap up; a
/// restored database. What the server refuses is an error with its words.
Result<CampaignTestAnswer> test_campaign(ActionContext& context, CampaignId id, const CampaignTest& test);

}  // namespace postrider
