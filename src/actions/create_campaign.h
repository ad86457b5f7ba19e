#pragma once
// Creates a campaign out of settings and a list. Either both are there afterwards, or neither:
// when the list cannot be read, the draft is removed again. A draft may still have problems that
// keep it from being sent; the answer names them all.

#include <functional>
#include <string>
#include <vector>

#include "actions/campaign_settings.h"
#include "actions/context.h"
#include "actions/problem.h"
#include "campaign/recipients.h"

namespace postrider {

/// Which columns hold address and name; empty: found by the usual header names.
struct ColumnNames {
  std::string email;
  std::string name;
};

/// Which columns these names mean, found by the usual ones where none is given. Errors: no_email_column,
/// no_such_column.
Result<ColumnRoles> choose_columns(const ColumnNames& names, const std::vector<std::string>& headers);

struct CreatedCampaign {
  CampaignId id;
  ImportReport list;
  std::vector<Problem> problems;      ///< what still keeps it from being sent
  std::vector<std::string> warnings;  ///< what does not, but is worth knowing
};

/// Every row that did not become a recipient goes to `rejected`, in the order of the list.
Result<CreatedCampaign> create_campaign(ActionContext& context, const CampaignChange& settings,
                                        RecipientSource& list, const ColumnNames& columns,
                                        const std::function<void(const Reject&)>& rejected);

/// Of a campaign that names none: the one called "default", else the only one there is.
std::vector<MailboxId> usual_mailboxes(ActionContext& context);

/// A draft without a list, which add_list brings.
Result<CampaignId> create_draft(ActionContext& context, const CampaignChange& settings);

/// Reads a list into a draft that has none.
Result<CreatedCampaign> add_list(ActionContext& context, CampaignId id, RecipientSource& list,
                                 const ColumnNames& columns,
                                 const std::function<void(const Reject&)>& rejected);

}  // namespace postrider
