#pragma once
// What a person may say about a campaign, and the one place where it is judged. Creating and
// updating share it: a change is merged into what is there and the whole is checked before
// anything is stored, so that no stored campaign breaks the rules.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/context.h"
#include "actions/problem.h"
#include "campaign/campaign.h"
#include "mail/attachment.h"

namespace postrider {

/// What is not set stays as it is (a new campaign: as its default).
struct CampaignChange {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> subject;
  std::optional<std::string> message;
  std::optional<MessageFormat> format;
  std::optional<TemplateUse> from_template;  ///< see fill_from_template (actions/templates.h)
  std::optional<std::string> text;           ///< the text part; empty: made from the message
  std::optional<std::string> from_name;
  std::optional<std::string> reply_to;
  std::optional<CampaignKind> kind;
  std::optional<bool> list_unsubscribe;
  std::optional<std::vector<std::string>> headers;     ///< "X-Name: value", all of them
  std::optional<std::vector<Attachment>> attachments;  ///< all of them
  std::optional<std::vector<std::string>> mailboxes;   ///< names
  std::optional<std::string> queue;                    ///< name
  std::optional<Pace> pace;
  std::optional<std::optional<Window>> window;  ///< set to nothing: no window
  std::optional<int> max_tries;
  std::optional<Micros> max_age;
  std::optional<OnUncertain> on_uncertain;
  std::optional<bool> skip_unresolved;
  std::optional<int> brake_refusals;
  std::optional<int> brake_percent;
  std::optional<CampaignForm> form;  ///< all of it
  std::optional<WallTime> start;     ///< of a scheduled campaign, in place of the one it waits for
};

/// The queue of campaigns that name none.
inline constexpr const char* kDefaultQueue = "email-campaign-queue";

/// The rules of what a campaign and a template (`noun`) have in common.
void check_name(std::string_view noun, std::string_view name, std::vector<Problem>& problems);
void check_subject_and_message(std::string_view subject, std::string_view message,
                               std::vector<Problem>& problems);

/// Puts the change into the campaign and names everything that is wrong with the result. The
/// message's fields are not looked at: check_campaign does that, once the list is known. The
/// attachments' bytes stay in the change, for the store.
std::vector<Problem> merge_campaign(ActionContext& context, const CampaignChange& change, Campaign& campaign);

}  // namespace postrider
